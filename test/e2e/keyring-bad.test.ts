// A Secret Service that is locked, hangs or is not there: one clear error within five seconds, no second sign-in, and
// nothing lost. Real daemons, real processes. Needs dist (npm run build).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../src/deps.ts';
import { newHome } from '../support/home.ts';
import { spawnCli } from '../support/process.ts';
import { keep, scene } from '../support/scene.ts';
import { keyringMissing, type SecretService, secretService } from '../support/secret-service.ts';
import { expectTold } from '../support/told.ts';

type Options = NonNullable<Parameters<typeof secretService>[0]>;

/** What a command needs to find that keyring, and to use it. Its HOME is another one than the daemon's. */
const environmentOf = ({ env: { HOME: _, ...env } }: SecretService): Env => ({
  ...env,
  MCP_CLI_TOKEN_BACKEND: 'secretservice',
});

/** A server, a keyring, and a sign-in that lies in it. */
async function signedIn(options: Options = {}) {
  const service = keep(await secretService(options));
  const world = await scene();
  const env = environmentOf(service);
  const login = await world.person('auth login notes', { env });
  expect(login).toMatchObject({ exit: 0 });
  return { ...world, service, env };
}

/** A command of nobody's, as a process of its own, and the milliseconds until it ended. */
async function timed(argv: string[], home: string, env: Env) {
  const start = performance.now();
  const result = await spawnCli(argv, { home, env }).done;
  return { result, took: performance.now() - start };
}

describe.skipIf(keyringMissing)(`on a real daemon${keyringMissing ? ` (${keyringMissing})` : ''}`, () => {
  test('a sign-in is kept in the keyring, and used from there', async () => {
    const { script, authorization, env } = await signedIn();
    expect(await script('tools list notes --json', { env })).toMatchObject({ exit: 0 });
    expect(await script('auth status notes', { env })).toMatchObject({ exit: 0 });
    expect(authorization.count(authorization.paths.token)).toBe(1);
    expect(await script('auth logout notes', { env })).toMatchObject({ exit: 0 });
  });

  test.each<[string, Options, string, RegExp]>([
    ['locked, and nobody could be asked', {}, 'locked', /is locked/],
    ['locked, behind a window that nobody answers', { prompter: 'silent' }, 'timed_out', /did not answer/],
  ])('%s: said so, and no other sign-in is begun', async (_, options, code, says) => {
    const { home, config, person, service, authorization, server, env } = await signedIn(options);
    service.lock();
    const before = [authorization.log.length, server.log.length];
    const told = { code, exit: 6, says, hint: 'unlock it' };
    for (const command of ['tools list notes', 'auth token notes']) {
      const argv = ['--config-file', config, ...command.split(' '), '--json'];
      const { result, took } = await timed(argv, home, env);
      expectTold(result, told);
      expect(took).toBeLessThan(5_000);
    }
    expectTold(await person('auth login notes --json', { home, env }), told);
    const reset = await person('auth reset notes --json', { home, env });
    expect(reset.exit).toBe(6);
    expect(JSON.parse(reset.stdout)).toMatchObject({ deleted: false, error: { code } });
    expect([authorization.log.length, server.log.length]).toEqual(before);
  });

  test.each<[string, () => Promise<Env>, RegExp, string]>([
    ['no bus', async () => ({ XDG_RUNTIME_DIR: newHome() }), /nobody answers/, 'gnome-keyring'],
    [
      'a bus that died',
      async () => ({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }),
      /nobody answers/,
      'gnome-keyring',
    ],
    [
      'a bus where nobody keeps secrets',
      async () => environmentOf(keep(await secretService({ keyring: 'no daemon' }))),
      /nobody answers/,
      'gnome-keyring',
    ],
    [
      'a daemon that never made a keyring',
      async () => environmentOf(keep(await secretService({ keyring: 'none' }))),
      /no keyring/,
      'default keyring',
    ],
    ['no libsecret', withoutLibsecret, /libsecret is missing/, 'install libsecret-1-0'],
  ])('%s: said so, with what to install', async (_, arrange, says, hint) => {
    const env = { ...(await arrange()), MCP_CLI_TOKEN_BACKEND: 'secretservice' };
    const { config, home, person, authorization } = await scene();
    const told = { code: 'unavailable', exit: 6, says, hint };
    const argv = ['--config-file', config, 'tools', 'list', 'notes', '--json'];
    const { result, took } = await timed(argv, home, env);
    expectTold(result, told);
    expect(took).toBeLessThan(5_000);
    expectTold(await person('auth login notes --json', { home, env }), told);
    expect(authorization.count(authorization.paths.token)).toBe(0);
  });
});

/** A real daemon, and a libsecret that cannot be loaded. */
async function withoutLibsecret(): Promise<Env> {
  const folder = join(newHome(), 'lib');
  mkdirSync(folder);
  writeFileSync(join(folder, 'libsecret-1.so.0'), '');
  return { ...environmentOf(keep(await secretService())), LD_LIBRARY_PATH: folder };
}
