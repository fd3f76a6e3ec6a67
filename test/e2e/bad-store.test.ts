// A store that is locked, damaged or unsafe, and nobody there to ask. Nothing is deleted because of it.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKey } from '../../src/store/keygen.ts';
import type { CliOptions } from '../support/cli.ts';
import { configFile } from '../support/home.ts';
import { type Scene, scene } from '../support/scene.ts';
import { expectTold, type Told } from '../support/told.ts';

const KEY = generateKey(randomBytes);
const variable = (name: string) => `\${${name}}`;

/** Signed in with a password or key of the test, and what the store's folder holds. */
async function signedIn(env: CliOptions['env'] = { MCP_CLI_ENCRYPTION_KEY: KEY }): Promise<Scene & Kept> {
  const here = await scene();
  expect((await here.person('auth login', { env })).exit).toBe(0);
  const folder = join(here.home, '.mcp_cli', 'tokens');
  return { ...here, folder, file: join(folder, 'notes.enc'), env: env ?? {} };
}

type Kept = { folder: string; file: string; env: NonNullable<CliOptions['env']> };

describe('a password that is not the one', () => {
  const password = 'the password of the store';
  test.each<[string, NonNullable<CliOptions['env']>, Told]>([
    [
      'another password',
      { MCP_CLI_ENCRYPTION_KEY: 'quite another password' },
      {
        exit: 6,
        code: 'wrong_password',
        hint: /MCP_CLI_ENCRYPTION_KEY.*tokenStorage\.password.*auth reset/s,
      },
    ],
    [
      'a key where there was a password',
      { MCP_CLI_ENCRYPTION_KEY: KEY },
      { exit: 6, code: 'wrong_password', hint: 'MCP_CLI_ENCRYPTION_KEY' },
    ],
    [
      'a key with a slip',
      { MCP_CLI_ENCRYPTION_KEY: `${KEY.slice(0, -3)}AAA` },
      { exit: 6, code: 'bad_key', hint: 'mcpk1_' },
    ],
    [
      'none, and nobody to ask',
      { MCP_CLI_ENCRYPTION_KEY: '' },
      { exit: 6, code: 'no_password', hint: 'MCP_CLI_ENCRYPTION_KEY' },
    ],
    [
      'a variable that nobody expanded',
      { MCP_CLI_ENCRYPTION_KEY: variable('MCP_CLI_ENCRYPTION_KEY') },
      { exit: 6, code: 'no_password', hint: 'MCP_CLI_ENCRYPTION_KEY' },
    ],
    [
      'a key file that is not there',
      { MCP_CLI_ENCRYPTION_KEY: '', MCP_CLI_ENCRYPTION_KEY_FILE: '/no/such/key' },
      { exit: 6, code: 'key_file', says: '/no/such/key', hint: 'MCP_CLI_ENCRYPTION_KEY_FILE' },
    ],
    [
      'a key file with nothing in it',
      { MCP_CLI_ENCRYPTION_KEY: '', MCP_CLI_ENCRYPTION_KEY_FILE: configFile('', 'key') },
      { exit: 6, code: 'key_file', says: 'is empty', hint: 'mcp-cli token keygen' },
    ],
  ])('%s', async (_, env, told) => {
    const { script, env: right } = await signedIn({ MCP_CLI_ENCRYPTION_KEY: password });
    const given = Object.values(env).filter((text) => text && !text.startsWith('/') && !text.startsWith('$'));
    expectTold(await script('tools list --json', { env }), { server: 'notes', ...told }, given as string[]);
    expect(await script('tools list --json', { env: right })).toMatchObject({ exit: 0, stderr: '' });
  });

  test('typed wrong at a terminal', async () => {
    const { person, env } = await signedIn({ MCP_CLI_ENCRYPTION_KEY: password });
    const asked = { env: { MCP_CLI_ENCRYPTION_KEY: '' }, answers: ['not the password'] };
    const told = { exit: 6, code: 'wrong_password', hint: 'auth reset', server: 'notes' };
    expectTold(await person('tools list --json', asked), told);
    expect(await person('tools list --json', { env })).toMatchObject({ exit: 0 });
  });

  test('a sign-in begins with it, not the browser', async () => {
    const { script, authorization } = await scene();
    const env = { MCP_CLI_ENCRYPTION_KEY: '', CI: '', BROWSER: 'true' };
    const told = { exit: 6, code: 'no_password', hint: 'MCP_CLI_ENCRYPTION_KEY', server: 'notes' };
    expectTold(await script('auth login notes --json', { env }), told);
    expect(authorization.count('/auth')).toBe(0);
  });
});

describe('a token file', () => {
  test.each<[string, (file: string) => void, Told]>([
    ['with one byte changed', flip, { exit: 6, code: 'corrupt', hint: /rm .*notes\.enc/ }],
    [
      'cut short',
      (file) => truncateSync(file, statSync(file).size - 7),
      { exit: 6, code: 'corrupt', hint: /rm .*notes\.enc/ },
    ],
    ['empty', (file) => truncateSync(file, 0), { exit: 6, code: 'corrupt', hint: /rm .*notes\.enc/ }],
    [
      'of another program',
      (file) => writeFileSync(file, '{"access_token": "plain"}'),
      { exit: 6, code: 'corrupt', hint: /rm .*notes\.enc/ },
    ],
    [
      'far too big',
      (file) => writeFileSync(file, Buffer.alloc(8_000_000)),
      { exit: 6, code: 'corrupt', says: 'bigger', hint: /rm .*notes\.enc/ },
    ],
    [
      'behind a link',
      (file) => {
        renameSync(file, `${file}.else`);
        symlinkSync(`${file}.else`, file);
      },
      { exit: 6, code: 'unsafe_file', says: 'notes.enc', hint: /rm .*notes\.enc/ },
    ],
    [
      'that is a folder',
      (file) => {
        renameSync(file, `${file}.else`);
        mkdirSync(file);
      },
      { exit: 6, code: 'unsafe_file', says: 'notes.enc', hint: /rm .*notes\.enc/ },
    ],
  ])('%s is told, and left alone', async (_, spoil, told) => {
    const { folder, file, script } = await signedIn();
    spoil(file);
    const before = contents(folder);
    const result = await script('tools list --json', { env: { MCP_CLI_ENCRYPTION_KEY: KEY } });
    const error = expectTold(result, { server: 'notes', ...told });
    expect(`${error.message}${error.hint}`).toContain(file);
    expect(contents(folder)).toEqual(before);
  });

  test('that is damaged is gone after auth reset, and a sign-in works again', async () => {
    const { file, person, script, env } = await signedIn();
    flip(file);
    // What cannot be read cannot be revoked, which is said.
    expect((await script('auth reset notes --yes', { env })).exit).toBe(6);
    expect(await person('tools list --json', { env })).toMatchObject({ exit: 0 });
  });

  test('of another server, put in this one’s place', async () => {
    const here = await scene();
    const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
    await here.person('auth login', { env });
    await here.person('auth login --account work', { env });
    const folder = join(here.home, '.mcp_cli', 'tokens');
    const [other] = readdirSync(folder).filter((name) => name.endsWith('.enc') && name !== 'notes.enc');
    writeFileSync(join(folder, 'notes.enc'), readFileSync(join(folder, other ?? '')));
    const told = { exit: 6, code: 'corrupt', hint: 'notes.enc', server: 'notes' };
    expectTold(await here.script('tools list --json', { env }), told);
  });
});

describe('the folder of the tokens', () => {
  test.each<[string, (folder: string) => void, Told]>([
    [
      'that others can write',
      (folder) => chmodSync(folder, 0o777),
      { exit: 6, code: 'unsafe_directory', says: 'tokens', hint: /chmod .*tokens/ },
    ],
    [
      'that is a link',
      (folder) => {
        renameSync(folder, `${folder}.else`);
        symlinkSync(`${folder}.else`, folder);
      },
      { exit: 6, code: 'unsafe_directory', says: 'tokens', hint: 'tokens' },
    ],
    [
      'that is a file',
      (folder) => {
        renameSync(folder, `${folder}.else`);
        writeFileSync(folder, '');
      },
      { exit: 6, code: 'unsafe_directory', says: 'tokens', hint: 'tokens' },
    ],
  ])('%s', async (_, spoil, told) => {
    const { folder, script, env } = await signedIn();
    spoil(folder);
    expectTold(await script('tools list --json', { env }), { server: 'notes', ...told });
  });
});

describe('a store that is not to be had', () => {
  test.each<[string, string[], NonNullable<CliOptions['env']>, Told]>([
    [
      'asked for by flag',
      ['--token-backend', 'vault'],
      {},
      { exit: 6, code: 'unavailable', hint: '--token-backend encrypted' },
    ],
    [
      'named in the environment',
      [],
      { MCP_CLI_TOKEN_BACKEND: 'encrypted', MCP_CLI_ENCRYPTION_KEY: '' },
      { exit: 6, code: 'no_password', says: 'the encrypted token store', hint: 'MCP_CLI_ENCRYPTION_KEY' },
    ],
    [
      'of no known name',
      [],
      { MCP_CLI_TOKEN_BACKEND: 'no-such-store' },
      { exit: 2, code: 'unknown_backend', says: 'MCP_CLI_TOKEN_BACKEND', hint: 'encrypted' },
    ],
  ])('%s', async (_, flags, env, told) => {
    const { script } = await signedIn();
    const result = await script([...flags, 'tools', 'list', '--json'], { env });
    expectTold(result, { server: 'notes', ...told });
  });
});

describe('nobody is there, within a second', () => {
  const told: Told = { exit: 4, code: 'login_required', hint: 'mcp-cli auth login notes', server: 'notes' };
  const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
  const timed = async (work: () => ReturnType<Scene['script']>) => {
    const start = performance.now();
    const result = await work();
    expect(performance.now() - start).toBeLessThan(5000);
    return result;
  };

  test('and there is no token', async () => {
    const { script, authorization } = await scene();
    expectTold(await timed(() => script('tools list --json', { env })), told);
    expect(authorization.count('/auth')).toBe(0);
  });

  test('and everything has expired; the registration is kept', async () => {
    const { person, script, authorization } = await scene();
    await person('auth login', { env, clock: -7_200_000 });
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    expectTold(await timed(() => script('tools list --json', { env })), told);
    expect((await person('tools list', { env })).exit).toBe(0);
    expect(authorization.count('/reg')).toBe(1);
  });

  test('and the server refuses the token and its refresh', async () => {
    const { person, script, authorization } = await scene();
    await person('auth login', { env });
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    expectTold(await timed(() => script('tools list --json', { env })), told);
  });

  test('at --non-interactive, at a terminal', async () => {
    const { person } = await scene();
    expectTold(await timed(() => person('--non-interactive tools list --json', { env })), told);
  });
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** Names and contents, without following links. */
function contents(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  return Object.fromEntries(
    entries.map((each) => [
      each.name,
      each.isFile() ? readFileSync(join(folder, each.name)).toString('base64') : 'no file',
    ]),
  );
}
