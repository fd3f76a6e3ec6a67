// The end of a sandbox that is in the middle of something. Needs dist.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { browserProgram } from '../support/browser.ts';
import { newHome } from '../support/home.ts';
import { spawnCli } from '../support/process.ts';
import { KEY } from '../support/store.ts';

const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
const counting = ['tools', 'call', 'count_slowly', 'to:=1000', 'pause:=10000'];

/** A sandbox that counts for whoever asked in this era. */
async function countingSandbox(era: string) {
  const sandbox = spawnCli(['sandbox', '--approve', '--json']);
  const line = once(sandbox.child.stdout ?? process.stdin, 'data');
  const { url } = JSON.parse(String((await line)[0]).split('\n')[0] ?? '') as { url: string };
  const home = newHome();
  const { command } = browserProgram();
  const at = ['--server', url, '--protocol', era];
  const signed = await spawnCli(['auth', 'login', url], { home, env: { ...env, BROWSER: command } }).done;
  expect(signed).toMatchObject({ exit: 0 });
  // The handshake, the list, the call.
  const seen = sandbox.seen(/(?:"path":"\/mcp","status":200[\s\S]*){3}/);
  const caller = spawnCli([...at, ...counting], { home, env });
  await seen;
  return { sandbox, caller };
}

test.each(['modern', 'legacy'])('ends at once while it counts: %s', async (era) => {
  const { sandbox, caller } = await countingSandbox(era);
  const start = performance.now();
  sandbox.child.kill('SIGINT');
  expect((await sandbox.done).exit).toBe(0);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect((await caller.done).exit).toBe(5);
});
