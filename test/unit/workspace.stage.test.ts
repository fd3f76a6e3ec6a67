// A session that waits for a line: nobody has asked for anything, so nothing may be asked.
import { expect, test } from 'vitest';
import { readFlags } from '../../src/workspace/flags.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';
import { runCli } from '../support/cli.ts';
import { httpEntry } from './program.fake.ts';

test('starts no sign-in, and is told what others say and how far they are', async () => {
  const told: string[] = [];
  const result = await runCli([], {
    terminal: { stderr: true },
    env: { MCP_CLI_ENCRYPTION_KEY: 'a password of the test' },
    async run(_, deps) {
      const workspace = openWorkspace(deps, readFlags({}));
      const auth = await workspace.auth(httpEntry('notes', { origin: '--server' }));
      let idle = true;
      expect(auth.interactive).toBe(true);
      workspace.attach((err) => ({
        err: (text) => err(`above: ${text}`),
        step: (server, { kind }) => told.push(`${server} ${kind}`),
        idle: () => idle,
      }));
      expect(auth.interactive).toBe(false);
      workspace.deps.err('news\n');
      auth.notify({ kind: 'refreshed' });
      // A line is being answered.
      idle = false;
      expect(auth.interactive).toBe(true);
      workspace.attach(undefined);
      workspace.deps.err('last\n');
      await workspace.close();
      return 0;
    },
  });
  expect(result.stderr).toBe('above: news\nlast\n');
  expect(told).toEqual(['notes refreshed']);
});
