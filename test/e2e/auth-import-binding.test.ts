// `auth import`: whose a sign-in is. One that cannot be known to belong to a server is not used for it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/adopt/outcome.ts';
import { authorizationServer } from '../support/authorization-server.ts';
import { staticClient } from '../support/clients.ts';
import { storedRecord } from '../support/expired.ts';
import {
  foreignFile,
  PYTHON_PASSWORD,
  type Theirs,
  theirSignIn,
  writeCodex,
  writeGemini,
  writeMcporter,
  writeMcpRemote,
  writePython,
} from '../support/foreign.ts';
import { configFile, newHome } from '../support/home.ts';
import { desk, errorOf, keep, type SceneOptions, scene } from '../support/scene.ts';

const env = { MCP_CLI_IMPORT_PASSWORD: PYTHON_PASSWORD };

async function here(options: SceneOptions = {}) {
  const made = await scene(options);
  return { ...made, theirs: await theirSignIn(made.authorization, made.server.mcpUrl) };
}

const entriesOf = (stdout: string) => (JSON.parse(stdout) as { entries: Outcome[] }).entries;

/** A token that says who issued it; nobody has to verify it to see that. */
function jwtBy(issuer: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256' })}.${part({ iss: issuer })}.c2lnbmF0dXJl`;
}

describe('is not taken over', () => {
  type Case = [
    string,
    {
      write?: typeof writeCodex;
      entry?: object;
      their?: (theirs: Theirs) => Partial<Theirs>;
      code?: string;
      hint: RegExp;
    },
  ];
  const cases: Case[] = [
    [
      'another issuer in the file',
      { their: () => ({ issuer: 'https://other.example' }), hint: /set mcpServers\.notes\.oauth\.issuer/ },
    ],
    [
      'another issuer in the token',
      {
        write: writeMcporter,
        their: () => ({ access: jwtBy('https://other.example') }),
        hint: /auth login notes/,
      },
    ],
    [
      'another token endpoint in the file',
      {
        write: writeGemini,
        their: () => ({ tokenEndpoint: 'https://other.example/token' }),
        hint: /auth login notes/,
      },
    ],
    [
      'another client than the configured one',
      { entry: { oauth: { client_id: 'ours' } }, hint: /remove mcpServers\.notes\.oauth\.client_id/ },
    ],
    [
      'no word on the client',
      {
        write: writeGemini,
        their: () => ({ client: { client_id: undefined as unknown as string } }),
        hint: /auth login notes/,
      },
    ],
    [
      'a server that may not sign in',
      { entry: { oauth: { enabled: false } }, code: 'oauth_disabled', hint: /"enabled": false/ },
    ],
  ];

  test.each(cases)('%s', async (_, { write = writeCodex, entry, their, code = 'import_refused', hint }) => {
    const made = await here({ ...(entry && { entry }) });
    const path = write(made.home, 'notes', { ...made.theirs, ...their?.(made.theirs) });
    const before = readFileSync(path);
    made.authorization.log.length = 0;
    const peer = write === writeCodex ? 'codex' : write === writeGemini ? 'gemini' : 'mcporter';
    const result = await made.script(`--json auth import --from ${peer} notes --move`);
    const told = errorOf(result);
    expect({ exit: result.exit, code: told.code }).toEqual({ exit: 4, code });
    expect(told.hint).toMatch(hint);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(await storedRecord(made.home)).toBeUndefined();
    expect(made.authorization.count(made.authorization.paths.token)).toBe(0);
  });

  test('a token for another URL under the same name: said with what to add', async () => {
    const { home, script, theirs } = await here();
    writeCodex(home, 'notes', { ...theirs, url: 'https://elsewhere.example/mcp?key=v' });
    const result = await script('--json auth import --from codex --move');
    expect(result.exit).toBe(0);
    expect(entriesOf(result.stdout)).toEqual([
      expect.objectContaining({ name: 'linear', state: 'not_configured' }),
      expect.objectContaining({
        name: 'notes',
        server: 'notes',
        state: 'not_configured',
        why: expect.stringContaining('another URL'),
        add: { mcpServers: { notes: { url: 'https://elsewhere.example/mcp' } } },
      }),
    ]);
    const text = await script('auth import --from codex --move');
    expect(text.stdout).toContain('add to mcpServers: {"linear":{"url":"https://mcp.linear.app/mcp"}');
  });

  test('one of several authorization servers, if nothing says which', async () => {
    const made = await here();
    const second = keep(await authorizationServer());
    made.server.protection.authorizationServers = [made.authorization, second];
    writeMcpRemote(made.home, 'notes', made.theirs);
    const result = await made.script('--json auth import --from mcp-remote notes --copy');
    expect(errorOf(result)).toMatchObject({
      code: 'import_refused',
      hint: expect.stringContaining('oauth.issuer'),
    });
    // The configuration can say it.
    const oauth = { issuer: made.authorization.issuer };
    const config = configFile({ mcpServers: { notes: { url: made.server.mcpUrl, oauth } } });
    const { script } = desk(config, made.home);
    expect((await script('--json auth import --from mcp-remote notes --copy')).exit).toBe(0);
  });

  test('for a server that has a token from outside', async () => {
    const { home, script, theirs } = await here();
    writeCodex(home, 'notes', theirs);
    const result = await script('--json auth import --from codex notes --copy', {
      env: { MCP_CLI_TOKEN_NOTES: 'a token from outside' },
    });
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 2, code: 'token_provided' });
  });
});

test('a configured client with a secret is used as configured', async () => {
  const client = staticClient('post');
  const oauth = { client_id: client.client_id, client_secret: client.client_secret };
  const made = await scene({ authorization: { clients: [client] }, entry: { oauth } });
  const theirs = await theirSignIn(made.authorization, made.server.mcpUrl, client);
  // Codex keeps no secret.
  writeCodex(made.home, 'notes', theirs);
  expect((await made.script('auth import --from codex notes --move')).exit).toBe(0);
  expect((await storedRecord(made.home))?.client).toMatchObject({
    source: 'configured',
    id: client.client_id,
  });
  expect((await made.script('--server notes tools list')).exit).toBe(0);
});

test('a registered client with a secret renews with it, and lets nobody know', async () => {
  const client = staticClient('basic');
  const made = await scene({ authorization: { clients: [client] } });
  const theirs = await theirSignIn(made.authorization, made.server.mcpUrl, client);
  writeMcporter(made.home, 'notes', { ...theirs, client });
  const result = await made.script('--json auth import --from mcporter notes --move');
  expect(entriesOf(result.stdout)).toEqual([
    expect.objectContaining({ state: 'moved', rotates: 'possible' }),
  ]);
  expect((await storedRecord(made.home))?.client).toMatchObject({ authMethod: 'client_secret_basic' });
  expect((await made.script('--server notes tools list')).exit).toBe(0);
});

test('configured endpoints are asked for nothing', async () => {
  const made = await here();
  const oauth = {
    authorization_url: `${made.authorization.url}${made.authorization.paths.authorization}`,
    token_url: made.theirs.tokenEndpoint,
    client_id: made.theirs.client.client_id,
  };
  const { home, script } = desk(configFile({ mcpServers: { notes: { url: made.server.mcpUrl, oauth } } }));
  writeGemini(home, 'notes', made.theirs);
  made.authorization.log.length = 0;
  made.server.log.length = 0;
  expect((await script('auth import --from gemini notes --move')).exit).toBe(0);
  expect([made.authorization.log.length, made.server.log.length]).toEqual([0, 0]);
});

describe('a sign-in that is here already', () => {
  test('stays, unless it is to be replaced', async () => {
    const { home, person, script, theirs } = await here();
    expect((await person('auth login notes')).exit).toBe(0);
    const ours = await storedRecord(home);
    const path = writeCodex(home, 'notes', theirs);
    const before = readFileSync(path);
    const named = await script('--json auth import --from codex notes --move');
    expect({ exit: named.exit, code: errorOf(named).code }).toEqual({ exit: 2, code: 'already_signed_in' });
    const all = await script('--json auth import --from codex --move');
    expect({ exit: all.exit, state: entriesOf(all.stdout)[1]?.state }).toEqual({
      exit: 0,
      state: 'signed_in',
    });
    expect(await storedRecord(home)).toEqual(ours);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect((await script('auth import --from codex notes --move --force')).exit).toBe(0);
    expect((await storedRecord(home))?.tokens?.refreshToken).toBe(theirs.refresh);
  });

  test('is the same one: a move that was broken off is finished', async () => {
    const { home, script, theirs } = await here();
    const path = writeCodex(home, 'notes', theirs);
    await script('auth import --from codex notes --copy');
    const result = await script('--json auth import --from codex notes --move');
    expect(entriesOf(result.stdout)).toEqual([expect.objectContaining({ state: 'moved' })]);
    expect(readFileSync(path, 'utf8')).not.toContain(theirs.refresh);
  });
});

describe('a file that does not say the URL', () => {
  test('is used for a server that was named, or agreed to', async () => {
    const { home, script, theirs, server } = await here();
    writePython(home, 'notes', theirs);
    const unsaid = await script('--json auth import --from python --copy', { env });
    expect({ exit: unsaid.exit, entries: entriesOf(unsaid.stdout) }).toMatchObject({
      exit: 0,
      entries: [{ state: 'not_named' }],
    });
    expect(await storedRecord(home)).toBeUndefined();
    const answers = (...given: boolean[]) => ({ env, answers: given, terminal: { stderr: true } });
    const { person } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl } } }), home);
    const no = await person('auth import --from python', answers(true, false));
    expect(no.stdout).toContain('to be named');
    const yes = await person('auth import --from python', answers(true, true));
    expect(yes.stdout).toContain('moved from the Python mcp-cli');
    expect((await storedRecord(home))?.tokens?.refreshToken).toBe(theirs.refresh);
  });
});

test('a person is asked whether to move or to copy', async () => {
  const { home, person, theirs } = await here();
  const path = writeCodex(home, 'notes', theirs);
  const copied = await person('auth import --from codex', { answers: [false] });
  expect(copied.stdout).toContain('copied from Codex');
  expect(readFileSync(path, 'utf8')).toContain(theirs.refresh);
  const moved = await person('auth import --from codex', { answers: [true] });
  expect(moved.stdout).toContain('moved from Codex');
  expect(moved.stderr).toContain('if Codex is running, end it');
});

test('without a configuration everything is listed, with what to add', async () => {
  const home = newHome();
  const { theirs } = await here();
  writeCodex(home, 'notes', theirs);
  const { script } = desk('/nowhere.json', home);
  expect((await script('auth import --from codex --dry-run')).exit).toBe(3);
  const { runCli } = await import('../support/cli.ts');
  const result = await runCli(['--json', 'auth', 'import', '--from', 'codex', '--dry-run'], { home });
  expect({ exit: result.exit, states: entriesOf(result.stdout).map(({ state }) => state) }).toEqual({
    exit: 0,
    states: ['not_configured', 'not_configured'],
  });
});

test('--path names another file, and several servers can be named', async () => {
  const { home, script, theirs } = await here({ others: { mail: { url: 'https://mail.example/mcp' } } });
  const usual = readFileSync(writeCodex(newHome(), 'notes', theirs), 'utf8');
  const path = foreignFile(`${home}/elsewhere.json`, usual);
  const result = await script([
    '--json',
    'auth',
    'import',
    '--from',
    'codex',
    'notes',
    'mail',
    '--move',
    '--path',
    path,
  ]);
  expect(result.exit).toBe(2);
  expect(entriesOf(result.stdout)).toEqual([expect.objectContaining({ server: 'notes', state: 'moved' })]);
  expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'nothing_to_import', server: 'mail' } });
});
