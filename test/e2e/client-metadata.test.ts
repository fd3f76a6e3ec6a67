// The document that is hosted for `oauth.client_metadata_url`, and the URLs it may have.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { desk, errorOf, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const URL = 'https://example.com/mcp-cli.json';
const PRINT = 'auth client-metadata --json';

test('is what the specification asks for, and lists the redirects of a sign-in', async () => {
  const { script } = desk('/nonexistent/server_config.json');
  const result = await script(`${PRINT} --url ${URL}`);
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual({
    client_id: URL,
    client_name: 'mcp-cli',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  });
  const own = await script(`${PRINT} --url ${URL} --name Ours --redirect http://localhost:8765/callback`);
  expect(JSON.parse(own.stdout)).toMatchObject({
    client_name: 'Ours',
    redirect_uris: ['http://localhost:8765/callback'],
  });
  expect((await script(`auth client-metadata --url ${URL}`)).stdout).toContain(
    `\n  "client_id": "${URL}",\n`.slice(1),
  );
});

test('with a key is the client that signs, at the server that has read it', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = registerSecret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'private_key');
  const file = configFile(pem, 'client.pem');
  const printed = await desk('/nonexistent/server_config.json').script(`${PRINT} --url ${URL} --key ${file}`);
  const document = JSON.parse(printed.stdout);
  expect(document).toMatchObject({ client_id: URL, token_endpoint_auth_method: 'private_key_jwt' });
  expect(document.jwks.keys.map((key: object) => Object.keys(key).sort())).toEqual([
    ['crv', 'kty', 'use', 'x', 'y'],
  ]);

  const { authorization, person, script } = await scene({
    entry: { oauth: { client_metadata_url: URL, private_key_file: file } },
    authorization: { clients: [document] },
  });
  authorization.behaviour.metadata = (it) => ({ ...it, client_id_metadata_document_supported: true });
  expect(await person('tools list notes')).toMatchObject({ exit: 0 });
  expect((await script('auth refresh notes')).exit).toBe(0);
  const sent = authorization.log.filter(({ path }) => path === authorization.paths.token);
  expect(sent.map(({ params }) => params.grant_type)).toEqual(['authorization_code', 'refresh_token']);
  for (const { params } of sent) expect(params.client_assertion).toMatch(/^eyJ/);
  expect(authorization.count(authorization.paths.registration)).toBe(0);
});

test.each([
  ['/nowhere.pem', 'cannot be read'],
  [configFile('nothing of a key', 'x.pem'), 'is no private key'],
])('a key at %s is exit 3', async (file, why) => {
  const result = await desk('/nonexistent/server_config.json').script(`${PRINT} --url ${URL} --key ${file}`);
  expect(result.exit).toBe(3);
  expect(errorOf(result)).toMatchObject({ code: 'private_key', message: expect.stringContaining(why) });
});

const BAD = [
  'http://example.com/c.json',
  'https://example.com',
  'https://example.com/',
  'https://example.com/c.json#x',
  'https://me@example.com/c.json',
  'https://example.com/a/../c.json',
  'https://example.com/./c.json',
  'https://example.com/a/%2e%2E/c.json',
  'https://example.com/a/..',
];

test.each(BAD)('%s names no document, here and in the configuration', async (url) => {
  const { script } = desk(
    configFile({
      mcpServers: { notes: { url: 'https://mcp.example/mcp', oauth: { client_metadata_url: url } } },
    }),
  );
  const printed = await script([...PRINT.split(' '), '--url', url]);
  expect(printed.exit).toBe(2);
  expect(errorOf(printed)).toMatchObject({ code: 'invalid_url' });
  expect((await script('tools list notes --json')).exit).toBe(3);
});

test.each(['https://example.com/c.json?v=1', 'https://example.com/a..b/.c', 'https://example.com:8443/c'])(
  '%s does',
  async (url) => {
    const { script } = desk('/nonexistent/server_config.json');
    expect((await script([...PRINT.split(' '), '--url', url])).exit).toBe(0);
  },
);

test.each(['https://example.com/callback', 'http://192.0.2.1/callback', 'http://127.0.0.1:0/callback'])(
  'a redirect to %s is not listened on',
  async (redirect) => {
    const { script } = desk('/nonexistent/server_config.json');
    const result = await script([...PRINT.split(' '), '--url', URL, '--redirect', redirect]);
    expect(errorOf(result)).toMatchObject({ code: 'invalid_url' });
  },
);

test('a server that does not find our redirect in it sends nobody back, and that is said', async () => {
  const { authorization, person } = await scene({ entry: { oauth: { client_metadata_url: URL } } });
  authorization.behaviour.metadata = (it) => ({ ...it, client_id_metadata_document_supported: true });
  const { idleBrowser } = await import('../support/browser.ts');
  const result = await person('auth login --login-timeout 300ms', { browser: idleBrowser() });
  expect(result.exit).toBe(4);
  expect(result.stderr).toMatch(
    /hint: if the page showed an error, see whether https:\/\/example\.com\/mcp-cli\.json lists http:\/\/127\.0\.0\.1:\d+\/callback/,
  );
});
