// `auto` with a keyring that comes and goes: a real one, on a session bus of its own. Needs dist (npm run build).
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Probed } from '../../src/store/registry.ts';
import { newHome } from '../support/home.ts';
import { PASSWORD } from '../support/person.ts';
import { errorOf, keep, type Scene, scene } from '../support/scene.ts';
import { keyringMissing, secretService } from '../support/secret-service.ts';

/** Two servers, and a keyring for the commands that are given its environment. */
async function world(options: Parameters<typeof secretService>[0] = {}) {
  const service = keep(await secretService(options));
  const made = await scene();
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = service.env;
  const desktop = { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR };
  const file = join(made.home, '.mcp_cli/tokens/notes.enc');
  return { ...made, service, desktop, file };
}

async function storeOf({ script }: Pick<Scene, 'script'>, env = {}): Promise<string | undefined> {
  const { stdout } = await script('auth status notes --json', { env });
  return (JSON.parse(stdout) as { store?: string }).store;
}

const index = (home: string) =>
  JSON.parse(readFileSync(join(home, '.mcp_cli/token_registry.json'), 'utf8')) as {
    probe?: Probed;
    entries: Record<string, { backend: string }>;
  };

describe.skipIf(keyringMissing)('where a sign-in goes', { timeout: 60_000 }, () => {
  test('into the keyring where one works, without a word and without a password', async () => {
    const here = await world();
    const signedIn = await here.person('auth login notes', {
      env: { ...here.desktop, MCP_CLI_ENCRYPTION_KEY: undefined },
    });
    expect(signedIn).toMatchObject({ exit: 0 });
    expect(signedIn.stderr).not.toContain('encrypted file');
    expect(await storeOf(here, here.desktop)).toBe('secretservice');
    expect(existsSync(here.file)).toBe(false);
    expect(index(here.home)).toMatchObject({
      probe: { backend: 'secretservice', usable: true },
      entries: { notes: { backend: 'secretservice' } },
    });
    expect(await here.script('tools list notes', { env: here.desktop })).toMatchObject({ exit: 0 });
  });

  test('into a file where there is none, said in one line, once, unless a password for it is set', async () => {
    const here = await scene();
    const line = /the Secret Service cannot be used: .*; tokens are kept in the encrypted file instead\n/g;
    const answers = () => ({ answers: [PASSWORD, PASSWORD], env: { MCP_CLI_ENCRYPTION_KEY: undefined } });
    const first = await here.person('auth login notes', answers());
    expect(first.stderr.match(line)).toHaveLength(1);
    const everyday = await here.script('tools list notes', { env: { MCP_CLI_ENCRYPTION_KEY: PASSWORD } });
    expect(everyday).toMatchObject({ exit: 0, stderr: '' });
    await here.person('auth reset notes', { env: { MCP_CLI_ENCRYPTION_KEY: PASSWORD } });
    const second = await here.person('auth login notes', answers());
    expect(second).toMatchObject({ exit: 0 });
    expect(second.stderr).not.toMatch(line);
    const quiet = await here.person('auth login notes --quiet', { home: newHome(), ...answers() });
    expect(quiet.stderr).not.toMatch(line);
    expect((await here.person('auth login notes', { home: newHome() })).stderr).not.toMatch(line);
  });

  test('into a keyring that was not there last time', async () => {
    const here = await world();
    await here.person('auth login notes');
    await here.person('auth reset notes');
    await here.person('auth login notes', { env: here.desktop });
    expect(await storeOf(here, here.desktop)).toBe('secretservice');
  });

  test('nowhere while the keyring is locked, also the first time: a locked one is not one that is not there', async () => {
    const here = await world();
    here.service.lock();
    const told = await here.person('auth login notes --json', { env: here.desktop });
    expect({ exit: told.exit, code: errorOf(told).code }).toEqual({ exit: 6, code: 'locked' });
    expect(existsSync(here.file)).toBe(false);
  });

  test('by name it goes nowhere else', async () => {
    const here = await scene();
    const told = errorOf(await here.person('auth login notes --token-backend secretservice --json'));
    expect(told).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('gnome-keyring') });
    expect(existsSync(join(here.home, '.mcp_cli/tokens/notes.enc'))).toBe(false);
  });
});

describe.skipIf(keyringMissing)('where a sign-in is found', { timeout: 60_000 }, () => {
  test('in the file, after a keyring has come; renewed there, and listed with what is in the keyring', async () => {
    const here = await world();
    await here.person('auth login notes');
    expect(await storeOf(here, here.desktop)).toBe('encrypted');
    expect(await here.script('auth refresh notes', { env: here.desktop })).toMatchObject({ exit: 0 });
    expect(await storeOf(here, here.desktop)).toBe('encrypted');
    await here.person('auth login notes --account work', { env: here.desktop });
    const { stdout } = await here.script('auth list --json', { env: here.desktop });
    expect(JSON.parse(stdout)).toMatchObject({
      servers: { notes: { store: 'encrypted' }, 'notes@work': { store: 'secretservice' } },
    });
    const gone = await here.script('auth reset --yes', { env: here.desktop });
    expect(gone).toMatchObject({ exit: 0, stdout: 'forgot notes\nforgot notes@work\n' });
    expect(index(here.home).entries).toEqual({});
  });

  test('and a list goes on past a keyring that is away, with exit 6 at its end', async () => {
    const here = await world();
    await here.person('auth login notes');
    await here.person('auth login notes --account work', { env: here.desktop });
    const text = await here.script('auth list', { env: here.desktop });
    expect(text.stdout).toMatch(/notes +signed in .* encrypted/);
    const away = await here.script('auth list --json');
    expect(away.exit).toBe(6);
    expect(JSON.parse(away.stdout)).toMatchObject({
      servers: {
        notes: { state: 'signed_in', store: 'encrypted' },
        'notes@work': { state: 'unreadable', error: { code: 'unavailable' } },
      },
    });
  });

  test('not at all while the keyring is away: exit 6, and no second sign-in', async () => {
    const here = await world();
    await here.person('auth login notes', { env: here.desktop });
    const before = here.authorization.log.length;
    const told = errorOf(await here.person('tools list notes --json'));
    expect(told).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the Secret Service'),
    });
    expect(told.hint).toContain('--token-backend encrypted auth login notes');
    const again = await here.person('auth login notes --force --json');
    expect(again.exit).toBe(6);
    expect(here.authorization.log.length).toBe(before);
    expect(existsSync(here.file)).toBe(false);
  });

  test('not while it is locked, and nothing goes into a file then', async () => {
    const here = await world();
    await here.person('auth login notes', { env: here.desktop });
    const before = here.authorization.log.length;
    here.service.lock();
    const told = await here.script('tools list notes --json', { env: here.desktop });
    expect(told.exit).toBe(6);
    expect(errorOf(told).code).toBe('locked');
    const fresh = await here.person('auth login notes --account work --json', { env: here.desktop });
    expect({ exit: fresh.exit, code: errorOf(fresh).code }).toEqual({ exit: 6, code: 'locked' });
    expect(here.authorization.log.length).toBe(before);
    expect(existsSync(here.file)).toBe(false);
  });

  test('in the keyring, after the index was lost', async () => {
    const here = await world();
    await here.person('auth login notes', { env: here.desktop });
    const path = join(here.home, '.mcp_cli/token_registry.json');
    writeFileSync(path, '{"entries":', { mode: 0o600 });
    expect(await storeOf(here, here.desktop)).toBe('secretservice');
  });
});

test.skipIf(keyringMissing)(
  'everyday commands with tokens in a file wake no keyring',
  { timeout: 60_000 },
  async () => {
    const here = await scene();
    await here.person('auth login notes');
    const folder = mkdtempSync(join(tmpdir(), 'mcp-bus-'));
    const socket = join(folder, 'bus');
    let visits = 0;
    const bus = createServer((visitor) => {
      visits++;
      visitor.destroy();
    });
    await new Promise<void>((resolve) => bus.listen(socket, resolve));
    onTestFinished(() => {
      bus.close();
      rmSync(folder, { recursive: true });
    });
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
    for (const line of ['tools list notes', 'auth status notes', 'auth refresh notes'])
      expect(await here.script(line, { env })).toMatchObject({ exit: 0 });
    expect(visits).toBe(0);
    // So that the test can fail: here somebody asks.
    expect((await here.script('auth status notes --token-backend secretservice', { env })).exit).toBe(6);
    expect(visits).toBeGreaterThan(0);
  },
);

describe.skipIf(keyringMissing)('moving', { timeout: 60_000 }, () => {
  test('from the file into the keyring and back, while other commands find it', async () => {
    const here = await world();
    const { script, desktop, file } = here;
    await here.person('auth login notes');
    const there = await script('token migrate --to secretservice --yes --json', { env: desktop });
    expect(JSON.parse(there.stdout)).toEqual({
      to: 'secretservice',
      servers: { notes: { state: 'moved', from: 'encrypted' } },
      tokens: {},
    });
    expect(there.stderr).toBe('');
    expect(existsSync(file)).toBe(false);
    expect(await script('tools list notes', { env: desktop })).toMatchObject({ exit: 0 });
    const back = await script('token migrate --to encrypted --yes', { env: desktop });
    expect(back).toMatchObject({ exit: 0, stdout: expect.stringContaining('from the Secret Service') });
    expect(back.stderr).toContain('new sign-ins still go to the Secret Service');
    expect(existsSync(file)).toBe(true);
    expect(await script('tools list notes')).toMatchObject({ exit: 0 });
  });

  test.each([
    ['locked', 'locked'],
    ['not there', 'unavailable'],
  ])('to a keyring that is %s: nothing is touched', async (state, code) => {
    const here = await world();
    await here.person('auth login notes');
    if (state === 'locked') here.service.lock();
    const env = state === 'locked' ? here.desktop : {};
    const told = await here.script('token migrate --to secretservice --yes --json', { env });
    expect({ exit: told.exit, code: errorOf(told).code }).toEqual({ exit: 6, code });
    expect(index(here.home).entries).toMatchObject({ notes: { backend: 'encrypted' } });
    expect(await here.script('tools list notes')).toMatchObject({ exit: 0 });
  });
});

test.skipIf(keyringMissing)(
  'token backends tells a keyring that works from one that is locked',
  { timeout: 60_000 },
  async () => {
    const { script, service, desktop } = await world();
    const seen = async () =>
      JSON.parse((await script('token backends --json', { env: desktop })).stdout) as {
        auto: string;
        backends: { backend: string; works: boolean; why?: string }[];
      };
    const works = await seen();
    expect(works.auto).toBe('secretservice');
    expect(works.backends).toContainEqual({ backend: 'secretservice', works: true, entries: 0 });
    service.lock();
    const locked = await seen();
    expect(locked.auto).toBe('secretservice');
    expect(locked.backends.find(({ backend }) => backend === 'secretservice')).toMatchObject({
      works: false,
      why: 'the Secret Service is locked',
    });
  },
);
