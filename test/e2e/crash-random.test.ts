// `kill -9` at 200 random moments of commands that refresh. Needs dist (npm run build).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { copyHome, expiredHome, KEY, leftovers, storedRecord } from '../support/expired.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { inParallel, pseudoRandom } from '../support/random.ts';

const KILLS = 200;
const SEED = Number(process.env.MCP_CLI_TEST_SEED ?? 20_261_121);
const WORKERS = 4;
const env = { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' };
type Scene = { authorization: AuthorizationServer; server: McpServerHandle; config: string; home: string };
const scenes: Scene[] = [];
/** Milliseconds of a run that nobody kills, and of what comes after its token request has arrived: on this machine, now. */
const calm = { whole: 0, afterRequest: 0 };

beforeAll(async () => {
  for (let worker = 0; worker < WORKERS; worker++) {
    // Without rotation it can be decided: every kill has to leave a sign-in that works.
    const authorization = await authorizationServer({ behaviour: { rotation: false } });
    const server = await modernServer({ authorizationServers: [authorization] });
    const config = notes({ url: server.mcpUrl });
    scenes.push({ authorization, server, config, home: await expiredHome(authorization, config) });
  }
  const since = performance.now();
  await inParallel(scenes, WORKERS, async (scene) => {
    let arrived = since;
    onTokenRequest(scene, () => {
      arrived = performance.now();
    });
    await start(scene, copyHome(scene.home), false).done;
    scene.authorization.intercept = undefined;
    calm.afterRequest = Math.max(calm.afterRequest, performance.now() - arrived);
  });
  calm.whole = performance.now() - since;
}, 60_000);

afterAll(async () => {
  for (const { server, authorization } of scenes) {
    await server.close();
    await authorization.close();
  }
});

const argv = ({ config }: Scene, words: string[]) => ['--config-file', config, ...words, '--json'];
const token = ['auth', 'token', 'notes'];

function start(scene: Scene, home: string, lists: boolean) {
  const words = lists ? ['--server', 'notes', 'tools', 'list'] : token;
  return spawnCli(argv(scene, words), { home, env, showsSecrets: true });
}

/** The command after a kill: a quarter of them as processes, the others here, at a tenth of the cost. */
function next(scene: Scene, home: string, asProcess: boolean): Promise<CliResult> {
  if (asProcess) return start(scene, home, false).done;
  return runCli(argv(scene, token), { home, env, showsSecrets: true });
}

/** Half of the kills come at any moment of the run, half of them soon after the token request arrived. */
type Moment = { at: number; from: 'start' | 'request'; lists: boolean };

describe(`kill -9 at ${KILLS} random moments, seed ${SEED}`, () => {
  test('the old tokens or the new ones, and the next command works', { timeout: 600_000 }, async () => {
    const random = pseudoRandom(SEED);
    const moments = Array.from({ length: KILLS }, (_, index): Moment => {
      const from = index % 2 === 0 ? 'start' : 'request';
      return {
        from,
        lists: index % 8 > 5,
        at: random() * (from === 'start' ? calm.whole : calm.afterRequest),
      };
    });
    const seen = { killed: 0, old: 0, new: 0, locked: 0 };
    await inParallel(moments, WORKERS, async (moment, worker) => {
      const scene = scenes[worker] as Scene;
      const home = copyHome(scene.home);
      const before = await storedRecord(home);
      if (await killAt(scene, home, moment)) seen.killed++;
      const after = await storedRecord(home);
      if (leftovers(home).some((name) => name.endsWith('.lock'))) seen.locked++;
      if (after?.tokens?.accessToken === before?.tokens?.accessToken) {
        expect(after).toEqual(before);
        seen.old++;
      } else {
        // One that the server gave, and the rest as it was.
        await expectGood(scene, after?.tokens?.accessToken);
        expect({ ...after, tokens: undefined }).toEqual({ ...before, tokens: undefined });
        expect(after?.tokens?.refreshToken).toBe(before?.tokens?.refreshToken);
        seen.new++;
      }
      const since = performance.now();
      const { exit, stdout, stderr } = await next(scene, home, moment.lists);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
      expect(performance.now() - since).toBeLessThan(30_000);
      await expectGood(scene, (JSON.parse(stdout) as { accessToken: string }).accessToken);
    });
    console.log(`kill -9, seed ${SEED}:`, JSON.stringify(seen));
    // Or the moments were badly chosen, and this test showed nothing.
    expect(seen.killed).toBeGreaterThan(KILLS / 4);
    for (const kind of ['old', 'new', 'locked'] as const) expect(seen[kind]).toBeGreaterThan(KILLS / 20);
  });
});

async function expectGood({ authorization, server }: Scene, token: string | undefined): Promise<void> {
  expect(await authorization.validate(token ?? '', server.mcpUrl)).toBeDefined();
}

function onTokenRequest({ authorization }: Scene, arrived: () => void): void {
  authorization.intercept = ({ path }) => {
    if (path === authorization.paths.token) arrived();
    return false;
  };
}

/** False if the process was quicker than that. */
async function killAt(scene: Scene, home: string, { at, from, lists }: Moment): Promise<boolean> {
  const { child, done } = start(scene, home, lists);
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => child.kill('SIGKILL'), at);
  };
  if (from === 'start') wait();
  else onTokenRequest(scene, wait);
  const { exit } = await done;
  clearTimeout(timer);
  scene.authorization.intercept = undefined;
  return exit === -1;
}
