// What is stored, changed by somebody who has the key; and servers whose answers could not be stored.
import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { openEncryptedStore } from '../../src/store/encrypted.ts';
import type { StoredRecord } from '../../src/store/record.ts';
import { runCli } from '../support/cli.ts';
import { copyHome, expiredHome, KEY, storedRecord } from '../support/expired.ts';
import { liar, resourcePath, serverPath } from '../support/hostile-server.ts';
import type { Hit } from '../support/loopback.ts';
import { notes, unattended } from '../support/person.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

async function write(home: string, text: string): Promise<void> {
  const never = () => Promise.reject(new Error('asked'));
  const store = await openEncryptedStore({
    home,
    platform: process.platform,
    random: randomBytes,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    storage: undefined,
    prompt: { available: false, confirm: never, secret: never },
  });
  await store.set('notes', text);
}

type Edit = (record: StoredRecord) => unknown;

const damaged: [string, Edit][] = [
  ['a token endpoint of another scheme', (record) => ({ ...record, tokenEndpoint: 'file:///etc/passwd' })],
  [
    'an http token endpoint elsewhere',
    (record) => ({ ...record, tokenEndpoint: 'http://evil.example/token' }),
  ],
  ['credentials in an endpoint', (record) => ({ ...record, tokenEndpoint: 'https://a:b@evil.example/' })],
  [
    'a revocation endpoint in a list',
    (record) => ({ ...record, revocationEndpoint: [record.tokenEndpoint] }),
  ],
  ['a number as a token', (record) => ({ ...record, tokens: { ...record.tokens, accessToken: 7 } })],
  [
    'a header in a token',
    (record) => ({ ...record, tokens: { ...record.tokens, accessToken: 'a\r\nX: y' } }),
  ],
  [
    'a token of a megabyte',
    (record) => ({ ...record, tokens: { ...record.tokens, accessToken: 'a'.repeat(2 ** 20) } }),
  ],
  ['a moment beyond time', (record) => ({ ...record, tokens: { ...record.tokens, expiresAt: 1e300 } })],
  ['a client of no kind', (record) => ({ ...record, client: { ...record.client, source: '__proto__' } })],
  ['another server', (record) => ({ ...record, server: 'other' })],
  ['an escape sequence for a name', (record) => ({ ...record, server: '\u001b]0;x\u0007' })],
  ['no object', () => [1, 2]],
  ['a version to come', (record) => ({ ...record, version: 2 })],
  ['a prototype', (record) => JSON.parse(`{"__proto__":${JSON.stringify(record)}}`)],
];

describe('a record with', () => {
  test.each(damaged)('%s is damaged, and nothing of it is used or shown', async (_, edit) => {
    const { authorization, server, home, config } = await signedIn();
    const before = authorization.log.length + server.log.length;
    const record = (await storedRecord(home)) as StoredRecord;
    await write(home, JSON.stringify(edit(record)));
    const result = await runCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], {
      ...unattended({ home, env: { MCP_CLI_ENCRYPTION_KEY: KEY } }),
    });
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit: 6, code: 'corrupt' });
    expect(authorization.log.length + server.log.length).toBe(before);
    const reset = await runCli(['--config-file', config, 'auth', 'reset', 'notes', '--yes'], {
      ...unattended({ home, env: { MCP_CLI_ENCRYPTION_KEY: KEY } }),
    });
    expect(await storedRecord(home)).toBeUndefined();
    expect(reset.exit).toBe(6);
  });

  test.each(['{', '', '[['.repeat(100_000), `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`])(
    'no JSON, or deep JSON (%#)',
    async (text) => {
      const { home, config } = await signedIn();
      await write(home, text);
      const result = await runCli(['--config-file', config, 'auth', 'status', '--json'], {
        ...unattended({ home, env: { MCP_CLI_ENCRYPTION_KEY: KEY } }),
      });
      expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining('unreadable') });
    },
  );
});

async function signedIn() {
  const { authorization, server } = await scene({
    authorization: { behaviour: { refreshTokens: 'always' } },
  });
  const config = notes({ url: server.mcpUrl });
  return { authorization, server, config, home: await expiredHome(authorization, config) };
}

test('the file of one server under the name of another opens for neither', async () => {
  const { home } = await signedIn();
  const copy = copyHome(home);
  copyFileSync(`${copy}/.mcp_cli/tokens/notes.enc`, `${copy}/.mcp_cli/tokens/other.enc`);
  await expect(storedRecord(copy, 'other')).rejects.toMatchObject({ code: 'corrupt' });
});

/** A sign-in at a server whose registration, tokens and metadata are a test's. */
async function login(
  registration: object,
  tokens: object,
  metadata: (url: string) => { issuer?: string; token_endpoint?: string } = () => ({}),
  path = '/mcp',
) {
  const server = keep(
    await liar((url) => ({
      [resourcePath.replace('/mcp', encodeURI(path))]: {
        resource: `${url}${path}`,
        authorization_servers: [metadata(url).issuer ?? url],
      },
      [serverPath]: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        registration_endpoint: `${url}/register`,
        code_challenge_methods_supported: ['S256'],
        ...metadata(url),
      },
      '/register': { client_id: 'c', ...registration },
      '/authorize': ({ params }: Hit, response: ServerResponse) =>
        void response
          .writeHead(302, { location: `${params.redirect_uri}?code=the-code-1&state=${params.state}` })
          .end(),
      '/token': { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 60, ...tokens },
    })),
  );
  const at = desk(notes({ url: `${server.url}${path}` }));
  return { ...at, server, result: await at.person('auth login notes --json --quiet --login-timeout 2') };
}

const code = (stderr: string) =>
  (JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { error: { code: string } }).error.code;

test.each([[1799.9996], ['3600.5'], [1e300], [Number.MAX_SAFE_INTEGER], [0.0001], [-1], ['soon'], [null]])(
  'a lifetime of %s costs nobody the tokens',
  async (lifetime) => {
    expect((await login({}, { expires_in: lifetime })).result).toMatchObject({ exit: 0 });
  },
);

test.each([
  ['a client id with a line break', { client_id: 'a\nb' }],
  ['a client id beyond ASCII', { client_id: 'ä' }],
  ['a client id without end', { client_id: 'a'.repeat(100_000) }],
  ['a client secret with a line break', { client_secret: 'secret\r\nX: y', client_secret_expires_at: 0 }],
])('%s is refused before a person is asked', async (_, registration) => {
  const { result, server } = await login(registration, {});
  expect({ exit: result.exit, code: code(result.stderr) }).toEqual({ exit: 7, code: 'registration_invalid' });
  expect(server.count('/authorize')).toBe(0);
});

test('a secret that expires at the end of all time is as good as any', async () => {
  const answered = { client_secret: 'a secret of it', client_secret_expires_at: 1e300 };
  expect((await login(answered, {})).result.exit).toBe(0);
});

test.each([
  ['an access token', { access_token: 'a'.repeat(300_000) }],
  ['a refresh token', { refresh_token: 'a'.repeat(300_000) }],
])('%s without end is the fault of the server', async (_, tokens) => {
  const { result } = await login({}, tokens);
  expect({ exit: result.exit, code: code(result.stderr) }).toEqual({
    exit: 7,
    code: 'token_response_invalid',
  });
});

test('a scope without end is left out', async () => {
  expect((await login({}, { scope: 'a'.repeat(20_000) })).result.exit).toBe(0);
});

test.each([
  ['an issuer with a fragment', (url: string) => ({ issuer: `${url}/#x` })],
  ['an issuer without end', (url: string) => ({ issuer: `${url}?${'x'.repeat(5000)}` })],
  ['a token endpoint without end', (url: string) => ({ token_endpoint: `${url}/token?${'x'.repeat(5000)}` })],
])('%s is refused before a person is asked', async (_, metadata) => {
  const { result, server } = await login({}, {}, metadata);
  expect({ exit: result.exit, code: code(result.stderr) }).toEqual({ exit: 7, code: 'metadata_invalid' });
  expect(server.count('/register')).toBe(0);
});

test('a server whose path is not written in ASCII keeps its tokens', async () => {
  expect((await login({}, {}, undefined, '/mcp/日本')).result).toMatchObject({ exit: 0 });
});
