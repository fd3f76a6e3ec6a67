// `token migrate`, through the front door: from the encrypted file to Vault and back.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cancel } from '../support/cli.ts';
import { errorOf, keep, type SceneOptions, scene } from '../support/scene.ts';
import { openAt } from '../support/store.ts';
import { vaultServer } from '../support/vault-server.ts';

/** Two servers; `notes` is signed in to, into a file. Vault is there for who names it, or gives its token. */
async function world(options: SceneOptions = {}) {
  const vault = keep(await vaultServer());
  const made = await scene(options);
  const named = { VAULT_ADDR: vault.url, MCP_CLI_TOKEN_BACKEND: 'encrypted', VAULT_TOKEN: vault.token };
  const auto = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
  expect(await made.person('auth login notes')).toMatchObject({ exit: 0 });
  const file = (name = 'notes') => join(made.home, '.mcp_cli/tokens', `${name}.enc`);
  const index = () =>
    JSON.parse(readFileSync(join(made.home, '.mcp_cli/token_registry.json'), 'utf8')) as {
      entries: Record<string, { backend: string }>;
    };
  return { ...made, vault, auto, named, file, index };
}

const TO_VAULT = 'token migrate --to vault --yes';
const BACK = 'token migrate --to encrypted --yes';
const whereIs = async (world: Awaited<ReturnType<typeof scene>>, env = {}) =>
  (JSON.parse((await world.script('auth status notes --json', { env })).stdout) as { store?: string }).store;

describe('moving everything', () => {
  test('to Vault and back: used where it lies, without a sign-in and without a word of Vault', async () => {
    const here = await world();
    const { script, vault, file, index, auto, authorization } = here;
    const before = authorization.log.length;
    const there = await script(TO_VAULT, { env: auto });
    expect(there).toMatchObject({ exit: 0, stdout: 'notes: moved, from the encrypted file to Vault\n' });
    expect(existsSync(file())).toBe(false);
    expect(index().entries).toEqual({ notes: { backend: 'vault' } });
    expect(vault.fields('notes')).toHaveProperty('access_token');
    expect(await whereIs(here, auto)).toBe('vault');
    expect(await script('tools list notes', { env: auto })).toMatchObject({ exit: 0 });

    const back = await script([...BACK.split(' '), '--json'], { env: auto });
    expect(JSON.parse(back.stdout)).toEqual({
      to: 'encrypted',
      servers: { notes: { state: 'moved', from: 'vault' } },
      tokens: {},
    });
    expect(vault.secrets.size).toBe(0);
    expect(index().entries).toEqual({ notes: { backend: 'encrypted', file: 'notes.enc' } });
    expect(await script('tools list notes')).toMatchObject({ exit: 0 });
    expect(authorization.log.length).toBe(before);
  });

  test('with Vault set up, what lies in a file is still found, and a renewal stays there', async () => {
    const here = await world();
    const { script, vault, auto } = here;
    expect(await whereIs(here, auto)).toBe('encrypted');
    expect(await script('auth refresh notes', { env: auto })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
    const list = await script('auth list --json', { env: auto });
    expect(JSON.parse(list.stdout)).toMatchObject({ servers: { notes: { store: 'encrypted' } } });
  });

  test('what lies in Vault is not signed in to anew where nobody says where Vault is', async () => {
    const { script, person, auto } = await world();
    await script(TO_VAULT, { env: auto });
    const told = errorOf(await person('tools list notes --json'));
    expect(told).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('VAULT_ADDR') });
    expect(told.message).toContain('notes lies in Vault');
    expect(told.hint).toContain('mcp-cli --token-backend encrypted auth login notes');
  });

  test('says what will not look there, and with which setting it would', async () => {
    const { script, named } = await world();
    const { stderr } = await script(TO_VAULT, { env: named });
    expect(stderr).toContain('says encrypted, which does not look into Vault');
    expect(stderr).toContain('MCP_CLI_TOKEN_BACKEND=vault');
  });

  test('once more is no more', async () => {
    const { script, auto, vault } = await world();
    await script(TO_VAULT, { env: auto });
    const writes = () => vault.log.filter(({ method }) => method !== 'GET').map(({ path }) => path);
    const before = writes().length;
    const again = await script(TO_VAULT, { env: auto });
    expect(again).toMatchObject({ exit: 0, stdout: 'notes: there already\n' });
    const more = writes().slice(before);
    expect(more.filter((path) => path.includes('/metadata/'))).toEqual([]);
  });

  test('reset reaches it where it lies', async () => {
    const { script, auto, vault, index } = await world();
    await script(TO_VAULT, { env: auto });
    expect(await script('auth reset --yes', { env: auto })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
    expect(index().entries).toEqual({});
  });
});

describe('asking first', () => {
  test('a script has to say --yes, and nothing is touched', async () => {
    const { script, auto, vault, file } = await world();
    const told = errorOf(await script('token migrate --to vault --json', { env: auto }));
    expect(told).toMatchObject({ code: 'confirmation_needed', message: expect.stringContaining('notes') });
    expect(vault.secrets.size).toBe(0);
    expect(existsSync(file())).toBe(true);
  });

  test.each<[string, false | typeof cancel]>([
    ['no', false],
    ['Ctrl-C', cancel],
  ])('a person may say %s', async (_, answer) => {
    const { person, auto, vault } = await world();
    expect((await person('token migrate --to vault', { env: auto, answers: [answer] })).exit).toBe(130);
    expect(vault.secrets.size).toBe(0);
  });

  test('--dry-run says what would be, and does nothing', async () => {
    const { script, auto, vault, file } = await world();
    const told = await script('token migrate --to vault --dry-run --json', { env: auto });
    expect(JSON.parse(told.stdout)).toEqual({
      to: 'vault',
      dryRun: true,
      servers: { notes: { state: 'would_move', from: 'encrypted' } },
      tokens: {},
    });
    expect(vault.secrets.size).toBe(0);
    expect(existsSync(file())).toBe(true);
  });

  test.each([
    ['without --to', 'token migrate', 2],
    ['to a store that there is not', 'token migrate --to plaintext', 2],
    ['a server that nobody knows', 'token migrate --to encrypted nots', 2],
    ['a server that is configured and not stored', 'token migrate --to encrypted other', 0],
  ])('%s', async (_, line, exit) => {
    const { script } = await world({ others: { other: { url: 'https://other.example.com/mcp' } } });
    expect((await script(line)).exit).toBe(exit);
  });
});

describe('what goes wrong leaves every sign-in in one place', () => {
  const unmoved = async ({ script, file, vault }: Awaited<ReturnType<typeof world>>) => {
    expect(existsSync(file())).toBe(true);
    expect(vault.secrets.size).toBe(0);
    expect(await script('tools list notes')).toMatchObject({ exit: 0 });
  };

  test('a destination that lets nobody in', async () => {
    const here = await world();
    const told = errorOf(
      await here.script(`${TO_VAULT} --json`, { env: { ...here.auto, VAULT_TOKEN: 'hvs.nobody-s' } }),
    );
    expect(told.code).toBe('denied');
    await unmoved(here);
  });

  test('a destination that takes the write and fails', async () => {
    const here = await world();
    here.vault.intercept = ({ method, path }, response) => {
      if (method !== 'POST' || !path.includes('/data/')) return false;
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":["no"]}');
      return true;
    };
    const result = await here.script(`${TO_VAULT} --json`, { env: here.auto });
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stdout)).toMatchObject({
      servers: { notes: { state: 'failed', error: { code: 'denied' } } },
    });
    here.vault.intercept = undefined;
    await unmoved(here);
    expect(await here.script(TO_VAULT, { env: here.auto })).toMatchObject({ exit: 0 });
  });

  test('a destination that gives back something else', async () => {
    const here = await world();
    const { vault } = here;
    vault.intercept = ({ method, path }) => {
      const fields = vault.fields('notes');
      if (method === 'GET' && path.includes('/data/') && fields) fields.access_token = 'another';
      return false;
    };
    const result = await here.script(`${TO_VAULT} --json`, { env: here.auto });
    expect(JSON.parse(result.stdout)).toMatchObject({ servers: { notes: { error: { code: 'not_moved' } } } });
    await unmoved(here);
  });

  test('another sign-in of that name at the destination', async () => {
    const here = await world();
    const other = await here.person('auth login notes --token-backend vault', { env: here.auto });
    expect(other.stderr).toContain('lies in the encrypted file already');
    const before = here.vault.fields('notes');
    // The one that was made last is in use; the one in the file is told of, and stays.
    const resumed = await here.script(TO_VAULT, { env: here.auto });
    expect(resumed).toMatchObject({ exit: 0, stdout: 'notes: there already\n' });
    expect(resumed.stderr).toContain('another sign-in of notes stays in the encrypted file');
    const back = await here.script(`${BACK} --json`, { env: here.auto });
    expect(back.exit).toBe(6);
    const { hint } = (JSON.parse(back.stdout) as { servers: { notes: { error: { hint: string } } } }).servers
      .notes.error;
    expect(hint).toContain('mcp-cli --token-backend encrypted auth reset notes');
    expect(here.vault.fields('notes')).toEqual(before);
    expect(existsSync(here.file())).toBe(true);
  });

  test('one damaged entry stays; the others are moved', async () => {
    const here = await world();
    const store = await openAt(here.home);
    await store.set('broken', 'value of the test');
    await store.set('zebra', 'value of the test');
    writeFileSync(here.file('broken'), 'no entry of ours');
    const result = await here.script(`${TO_VAULT} --json`, { env: here.auto });
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stdout)).toMatchObject({
      servers: {
        broken: { state: 'failed', error: { code: 'corrupt' } },
        notes: { state: 'moved', from: 'encrypted' },
        zebra: { state: 'moved', from: 'encrypted' },
      },
    });
    expect(readFileSync(here.file('broken'), 'utf8')).toBe('no entry of ours');
  });

  test('a wrong password is said once, and moves nothing', async () => {
    const here = await world();
    await (await openAt(here.home)).set('zebra', 'value of the test');
    const env = { ...here.auto, MCP_CLI_ENCRYPTION_KEY: 'not the password' };
    const result = await here.script(`${TO_VAULT} --json`, { env });
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stdout)).toMatchObject({
      servers: { notes: { error: { code: 'wrong_password' } }, zebra: { state: 'not_tried' } },
    });
    await unmoved(here);
  });

  test('Ctrl-C between two: what was moved is moved, and the rest is where it was', async () => {
    const here = await world();
    await (await openAt(here.home)).set('zebra', 'value of the test');
    const stop = new AbortController();
    here.vault.intercept = ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/data/mcp-cli/oauth/zebra')) stop.abort();
      return false;
    };
    const result = await here.script(`${TO_VAULT} --json`, { env: here.auto, signal: stop.signal });
    expect(result.exit).toBe(130);
    expect(JSON.parse(result.stdout)).toMatchObject({
      servers: { notes: { state: 'moved' }, zebra: { state: 'not_tried' } },
    });
    expect(existsSync(here.file('zebra'))).toBe(true);
    here.vault.intercept = undefined;
    expect(await here.script(TO_VAULT, { env: here.auto })).toMatchObject({ exit: 0 });
    expect(here.vault.secrets.size).toBe(2);
  });
});

describe('what could not be taken away from where it was', () => {
  async function halfMoved() {
    const here = await world({ authorization: { behaviour: { refreshTokens: 'always' } } });
    const { script, auto, vault, file } = here;
    expect(await script(TO_VAULT, { env: auto })).toMatchObject({ exit: 0 });
    vault.intercept = ({ method }, response) => {
      if (method !== 'DELETE') return false;
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":["no"]}');
      return true;
    };
    expect(errorOfEntry(await script(`${BACK} --json`, { env: auto }))).toBe('not_deleted');
    vault.intercept = undefined;
    expect([existsSync(file()), vault.fields('notes') !== undefined]).toEqual([true, true]);
    return here;
  }
  const errorOfEntry = ({ stdout }: { stdout: string }) =>
    (JSON.parse(stdout) as { servers: { notes: { error?: { code: string } } } }).servers.notes.error?.code;

  test.each(['auth logout notes', 'auth refresh notes'])('goes with %s', async (line) => {
    const { script, auto, vault, index } = await halfMoved();
    expect(await script(line, { env: auto })).toMatchObject({ exit: 0 });
    expect(vault.fields('notes')).toBeUndefined();
    expect(index().entries).toEqual({ notes: { backend: 'encrypted', file: 'notes.enc' } });
  });

  test('stays if it is another sign-in by now, or cannot be looked at', async () => {
    const { script, auto, vault } = await halfMoved();
    const fields = vault.fields('notes') ?? {};
    fields.access_token = 'of another machine';
    expect(await script('auth refresh notes', { env: auto })).toMatchObject({ exit: 0 });
    expect(vault.fields('notes')).toHaveProperty('access_token', 'of another machine');
    expect(
      await script('auth refresh notes', { env: { ...auto, VAULT_TOKEN: 'hvs.nobody-s' } }),
    ).toMatchObject({ exit: 0 });
  });
});
