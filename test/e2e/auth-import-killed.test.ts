// `auth import` that is killed between its two writes. Needs dist (npm run build).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { KEY, leftovers, storedRecord } from '../support/expired.ts';
import { theirSignIn, writeCodex } from '../support/foreign.ts';
import { newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { inParallel } from '../support/random.ts';
import { scene } from '../support/scene.ts';
import { unsearchedFolder } from '../support/secrets.ts';

const preload = fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url));

test('killed at each step: never lost, and the next import finishes it', { timeout: 400_000 }, async () => {
  const { authorization, server } = await scene();
  const theirs = await theirSignIn(authorization, server.mcpUrl);
  const config = notes({ url: server.mcpUrl });
  const words = ['--config-file', config, '--json', 'auth', 'import', '--from', 'codex', 'notes', '--move'];
  const env = { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' };
  async function until(home: string, at: number): Promise<string[]> {
    const trace = join(unsearchedFolder('trace'), 'steps');
    const killed = { NODE_OPTIONS: `--import=${preload}`, KILL_AT: String(at), KILL_TRACE: trace };
    const { exit } = await spawnCli(words, { home, env: { ...env, ...killed } }).done;
    expect(exit).toBe(at === 0 ? 0 : -1);
    return readFileSync(trace, 'utf8').trimEnd().split('\n');
  }
  const first = newHome();
  writeCodex(first, 'notes', theirs);
  const whole = await until(first, 0);
  expect(whole).toEqual(
    expect.arrayContaining(['rename .notes.enc.*.tmp', expect.stringMatching(/^rename .*credentials/)]),
  );

  const seen = { before: 0, between: 0, after: 0 };
  await inParallel([...whole.keys()], 3, async (index) => {
    const home = newHome();
    const path = writeCodex(home, 'notes', theirs);
    await until(home, index + 1);
    const ours = (await storedRecord(home))?.tokens?.refreshToken === theirs.refresh;
    const source = readFileSync(path, 'utf8');
    const stays = source.includes(theirs.refresh);
    expect(ours || stays).toBe(true);
    // Whole, whatever happened to it.
    expect(Object.keys(JSON.parse(source) as object).length).toBe(stays ? 2 : 1);
    seen[ours ? (stays ? 'between' : 'after') : 'before']++;

    const again = await runCli(words, { home, env });
    expect(again.exit).toBe(stays ? 0 : 2);
    expect((await storedRecord(home))?.tokens?.refreshToken).toBe(theirs.refresh);
    expect(readFileSync(path, 'utf8')).not.toContain(theirs.refresh);
    if (stays) expect(leftovers(join(home, '.codex'))).toEqual([]);
  });
  expect(seen).toEqual({
    before: expect.any(Number),
    between: expect.any(Number),
    after: expect.any(Number),
  });
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});
