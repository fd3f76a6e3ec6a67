// `kill -9` at each step from taking the lock to giving it back, and SIGTERM meanwhile. Needs dist (npm run build).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { expiredHome, KEY, leftovers, storedRecord } from '../support/expired.ts';
import { hold } from '../support/faults.ts';
import type { Intercept } from '../support/loopback.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { inParallel } from '../support/random.ts';
import { unsearchedFolder } from '../support/secrets.ts';

const preload = fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url));
const env = { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' };
/** A lock is taken over at once; only one of a process that cannot be looked up may take longer. */
const RECOVERY = 10_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Scene = { authorization: AuthorizationServer; server: McpServerHandle; config: string };

async function scene(rotation: boolean): Promise<Scene> {
  const authorization = await authorizationServer({ behaviour: { rotation } });
  const server = await modernServer({ authorizationServers: [authorization] });
  closing.push(
    () => server.close(),
    () => authorization.close(),
  );
  return { authorization, server, config: notes({ url: server.mcpUrl }) };
}

const argv = ({ config }: Scene) => ['--config-file', config, '--json', 'auth', 'token', 'notes'];

const token = (scene: Scene, home: string, more: Record<string, string> = {}) =>
  spawnCli(argv(scene), { home, env: { ...env, ...more }, showsSecrets: true });

/** What comes after a kill runs here, at a tenth of the cost of a process. */
const refresh = ({ config }: Scene, home: string) =>
  runCli(['--config-file', config, 'auth', 'refresh', 'notes'], { home, env });

/** Dies in place of step `at` and resolves to the steps that were begun; 0 is none of them. */
async function refreshUntil(scene: Scene, home: string, at: number): Promise<string[]> {
  const trace = join(unsearchedFolder('trace'), 'steps');
  const more = { NODE_OPTIONS: `--import=${preload}`, KILL_AT: String(at), KILL_TRACE: trace };
  const { exit } = await token(scene, home, more).done;
  expect(exit).toBe(at === 0 ? 0 : -1);
  return readFileSync(trace, 'utf8').trimEnd().split('\n');
}

/** The next command after a kill, nobody being there; undefined in place of a token: `refresh_lost`. */
async function next(scene: Scene, home: string): Promise<string | undefined> {
  const since = performance.now();
  const { exit, stdout, stderr } = await runCli(argv(scene), { home, env, showsSecrets: true });
  expect(performance.now() - since).toBeLessThan(RECOVERY);
  if (exit === 0) {
    const { accessToken } = JSON.parse(stdout) as { accessToken: string };
    expect(await scene.authorization.validate(accessToken, scene.server.mcpUrl)).toBeDefined();
    return accessToken;
  }
  expect(exit).toBe(4);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'refresh_lost', message: expect.stringContaining('killed while it refreshed') },
  });
  return undefined;
}

const uses = ({ authorization }: Scene, refreshToken: string | undefined) =>
  authorization.log.filter(({ params }) => params.refresh_token === refreshToken).length;

describe.each([
  ['a server that rotates', true],
  ['a server that does not', false],
])('killed at each step, %s', (_, rotation) => {
  test('the old tokens or the new ones', { timeout: 400_000 }, async () => {
    const here = await scene(rotation);
    const whole = await refreshUntil(here, await expiredHome(here.authorization, here.config), 0);
    expect(whole).toEqual(expect.arrayContaining(['link .notes.lock.*.tmp', 'rename .notes.enc.*.tmp']));
    const homes: string[] = [];
    for (const _ of whole) homes.push(await expiredHome(here.authorization, here.config));
    const outcomes = { old: 0, lost: 0, new: 0 };

    await inParallel([...whole.keys()], 3, async (index) => {
      const home = homes[index] ?? '';
      const before = await storedRecord(home);
      const sent = before?.tokens?.refreshToken;
      const steps = await refreshUntil(here, home, index + 1);
      expect(steps).toEqual(whole.slice(0, index + 1));
      const after = await storedRecord(home);
      const saved = after?.tokens?.accessToken !== before?.tokens?.accessToken;
      // What counts: in place of the rename and before it the old record is there, whole; behind it the new one.
      expect(saved).toBe(steps.slice(0, -1).includes('rename .notes.enc.*.tmp'));
      if (!saved) expect(after).toEqual(before);

      const spent = uses(here, sent) > 0;
      const found = await next(here, home);
      if (saved) expect(found).toBe(after?.tokens?.accessToken);
      if (found === undefined) {
        expect({ rotation, spent, saved }).toEqual({ rotation: true, spent: true, saved: false });
        expect(await storedRecord(home)).toEqual(before);
      } else if (rotation && spent) expect(saved).toBe(true);
      // The dead process's lock stays until somebody needs it, and is no obstacle then.
      if (saved) expect((await refresh(here, home)).exit).toBe(0);
      expect(leftovers(home).filter((name) => name.endsWith('.lock'))).toEqual([]);
      outcomes[saved ? 'new' : found === undefined ? 'lost' : 'old']++;
    });
    for (const kind of ['old', 'new'] as const) expect(outcomes[kind]).toBeGreaterThan(3);
    expect(outcomes.lost > 3).toBe(rotation);
  });
});

test('killed between the rotation and its answer: said plainly, and a person signs in anew', async () => {
  const here = await scene(true);
  const { authorization, config } = here;
  const home = await expiredHome(authorization, config);
  const before = await storedRecord(home);
  const running = token(here, home);
  authorization.intercept = killInPlaceOfAnswer(authorization.paths.token, () =>
    running.child.kill('SIGKILL'),
  );
  expect((await running.done).exit).toBe(-1);
  authorization.intercept = undefined;
  expect(await next(here, home)).toBe(undefined);
  expect(await storedRecord(home)).toEqual(before);

  const person = {
    home,
    browser: walkingBrowser(),
    terminal: { stderr: true },
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
  };
  const again = await runCli(['--config-file', config, '--server', 'notes', 'tools', 'list'], person);
  expect(again).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining('Authentication required for notes'),
  });
  // The client it had is still good.
  expect((await storedRecord(home))?.client).toEqual(before?.client);
});

/** The server does what was asked; `kill` comes before the answer. */
function killInPlaceOfAnswer(path: string, kill: () => void): Intercept {
  return (hit, response) => {
    if (hit.path !== path) return false;
    response.end = () => {
      kill();
      return response.destroy();
    };
    return false;
  };
}

test.each([
  ['auth token', ['auth', 'token', 'notes']],
  ['tools list', ['--server', 'notes', 'tools', 'list', '--json']],
])('SIGTERM while %s refreshes waits for the save', async (_, words) => {
  const here = await scene(true);
  const { authorization, config } = here;
  const home = await expiredHome(authorization, config);
  const before = await storedRecord(home);
  const held = hold(authorization.paths.token);
  authorization.intercept = held.intercept;
  const running = spawnCli(['--config-file', config, ...words], { home, env, showsSecrets: true });
  await held.arrived;
  running.child.kill('SIGTERM');
  // Nothing outside of the process tells that it took the signal.
  await pause(300);
  expect(running.child.exitCode).toBe(null);
  held.release();
  const { exit, stdout, stderr } = await running.done;
  expect({ exit, stdout, stderr }).toEqual({
    exit: 130,
    stdout: '',
    stderr: expect.stringMatching(/cancelled/),
  });
  expect((await storedRecord(home))?.tokens?.accessToken).not.toBe(before?.tokens?.accessToken);
  expect(leftovers(home)).toEqual([]);
  expect(await next(here, home)).toBe((await storedRecord(home))?.tokens?.accessToken);
});
