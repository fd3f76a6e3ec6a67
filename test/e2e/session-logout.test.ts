// Signing out in a session: its token is not used any more, whether or not the server would still take it.
import { expect, test } from 'vitest';
import { scene } from '../support/scene.ts';

test.each(['logout', 'reset'])('after /auth %s the open session sends no token', async (verb) => {
  const { person, script, server } = await scene();
  await person('auth login notes');
  const lines = ['/call echo text=before', `/auth ${verb} notes`, '/call echo text=after'];
  const { exit, stdout, stderr } = await script('--server notes --verbose', {
    stdin: `${lines.join('\n')}\n`,
  });
  expect(exit).toBe(4);
  expect(stdout).toContain('before\n');
  expect(stdout).not.toContain('after\n');
  expect(stderr).toContain('error: ');
  const calls = server.log.filter(
    ({ json, headers }) =>
      (json as { method?: string } | undefined)?.method === 'tools/call' &&
      headers.authorization !== undefined,
  );
  expect(calls).toHaveLength(1);
});
