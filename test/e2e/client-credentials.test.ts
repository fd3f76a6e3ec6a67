// Signing in as a service: client credentials with a secret and with a key, and no person anywhere.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { serviceClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { errorOf, keep, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
type Method = 'post' | 'basic' | 'key';

/** Milliseconds that a token lives. */
const HOUR = 3_600_000;

async function service(
  method: Method = 'basic',
  { oauth, ...more }: Omit<SceneOptions, 'entry'> & { oauth?: object } = {},
): Promise<Scene> {
  const { pem, ...client } = serviceClient(method);
  const { client_id, client_secret } = client;
  const proof = pem ? { private_key_file: configFile(pem, 'client.pem') } : { client_secret };
  const entry = {
    oauth: { grant_type: 'client_credentials', scopes: ['mcp:read'], client_id, ...proof, ...oauth },
  };
  return scene({ ...more, entry, authorization: { ...more.authorization, clients: [client] } });
}

const tokenRequests = ({ authorization }: Scene) =>
  authorization.log.filter(({ path }) => path === authorization.paths.token);

describe.each<Method>(['post', 'basic', 'key'])('a client that proves itself by %s', (method) => {
  test('signs in by itself, in CI, with one request, and not again while its token is good', async () => {
    const made = await service(method);
    const { authorization, script, server } = made;
    // Who gets a secret that nothing ties to one issuer is said, the first time.
    const told =
      method === 'key' ? '' : `notes: the client secret of notes goes to ${authorization.issuer}\n`;
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: told });
    expect(tokenRequests(made)).toHaveLength(1);
    expect(tokenRequests(made)[0]?.params).toMatchObject({
      grant_type: 'client_credentials',
      resource: server.mcpUrl,
      scope: 'mcp:read',
    });
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect(tokenRequests(made)).toHaveLength(1);
    expect(authorization.count(authorization.paths.authorization)).toBe(0);
    expect(authorization.count(authorization.paths.registration)).toBe(0);
  });

  test('gets another token when its own is refused, when it has expired, and when it is told to', async () => {
    const made = await service(method);
    const { authorization, script } = made;
    expect((await script('auth login notes')).exit).toBe(0);
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect(tokenRequests(made)).toHaveLength(2);
    expect((await script('auth refresh notes', { clock: HOUR + 1000 })).exit).toBe(0);
    expect(tokenRequests(made)).toHaveLength(3);
  });
});

test('the extension is declared with every request, and a person declares none', async () => {
  const declared = ({ server }: Scene) =>
    server.log
      .map(({ json }) => (json as Partial<Sent> | undefined)?.params)
      .filter((params) => params !== undefined)
      .map(({ _meta }) => _meta['io.modelcontextprotocol/clientCapabilities'].extensions);
  const made = await service();
  expect(await made.script(LIST)).toMatchObject({ exit: 0 });
  const name = 'io.modelcontextprotocol/oauth-client-credentials';
  expect(new Set(declared(made).map((each) => Object.keys(each ?? {}).join()))).toEqual(new Set([name]));
  const other = await scene();
  expect(await other.person(LIST)).toMatchObject({ exit: 0 });
  expect(declared(other).length).toBeGreaterThan(0);
  expect(declared(other).every((each) => each === undefined)).toBe(true);
});

type Sent = {
  params: { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions?: object } } };
};

test('a token that expires soon is replaced before it does, and kept if that fails', async () => {
  const made = await service();
  const { authorization, script } = made;
  expect((await script(LIST)).exit).toBe(0);
  authorization.intercept = ({ path }, response) => {
    if (path !== authorization.paths.token) return false;
    response.writeHead(503).end();
    return true;
  };
  expect(await script(LIST, { clock: HOUR - 60_000 })).toMatchObject({ exit: 0, stderr: '' });
  authorization.intercept = undefined;
  const before = tokenRequests(made).length;
  expect(await script(LIST, { clock: HOUR - 60_000 })).toMatchObject({ exit: 0, stderr: '' });
  expect(tokenRequests(made)).toHaveLength(before + 1);
});

test('nothing is discovered where the token endpoint is configured', async () => {
  const { authorization, server, script } = await service();
  const { client_id, client_secret } = serviceClient('basic');
  const token_url = `${authorization.issuer}${authorization.paths.token}`;
  const oauth = {
    grant_type: 'client_credentials',
    scopes: ['mcp:read'],
    client_id,
    client_secret,
    token_url,
  };
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } });
  expect(await script(['--config-file', config, ...LIST.split(' ')])).toMatchObject({ exit: 0 });
  expect(authorization.log.map(({ path }) => path)).toEqual([authorization.paths.token]);
  expect(server.count(/well-known/)).toBe(0);
});

test('without a password the token serves this command alone, and nothing is written', async () => {
  const made = await service();
  const env = { MCP_CLI_ENCRYPTION_KEY: '' };
  // The server names who gets the secret, and the next run would not know whom it named in this one.
  const warned = expect.stringContaining('set mcpServers.notes.oauth.issuer');
  expect(await made.script(LIST, { env })).toMatchObject({ exit: 0, stderr: warned });
  expect(await made.script(LIST, { env })).toMatchObject({ exit: 0, stderr: warned });
  expect(tokenRequests(made)).toHaveLength(2);
});

test('the status says that it renews itself', async () => {
  const { script } = await service();
  await script('auth login notes');
  const { stdout } = await script('auth status notes --json', { clock: HOUR + 1000 });
  expect(JSON.parse(stdout)).toMatchObject({ state: 'expired_refreshable', refreshable: true });
});

describe('a client that is wrong', () => {
  test.each<[string, Method, object, string, number, string]>([
    ['a wrong secret', 'basic', { client_secret: 'wrong' }, 'invalid_client', 4, 'client_secret'],
    [
      'no client',
      'basic',
      { client_id: undefined, client_secret: undefined },
      'client_needed',
      3,
      'client_id',
    ],
    ['no key file', 'key', { private_key_file: '/nowhere.pem' }, 'private_key', 3, 'private_key_file'],
    ['a file that is no key', 'key', { private_key_file: configFile('x', 'x.pem') }, 'private_key', 3, 'PEM'],
    ['an algorithm of another key', 'key', { signing_algorithm: 'RS256' }, 'private_key', 3, 'private_key'],
  ])('%s is said, with the key of the configuration', async (_, method, oauth, code, exit, word) => {
    const { script } = await service(method, { oauth });
    const result = await script(LIST);
    expect(result.exit).toBe(exit);
    expect(errorOf(result)).toMatchObject({ code, hint: expect.stringContaining(word) });
  });

  test('another key than the one that is registered is refused, and no key is shown', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const { script } = await service('key', { oauth: { private_key_file: configFile(pem, 'other.pem') } });
    expect(errorOf(await script(`${LIST} --verbose`))).toMatchObject({ code: 'invalid_client' });
  });
});

test('a sign-in of a person is not taken for that of the service, nor the other way', async () => {
  const made = await service();
  const { script, server } = made;
  expect((await script(LIST)).exit).toBe(0);
  const oauth = { client_id: 'service basic', scopes: ['mcp:read'] };
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl, oauth } } });
  const result = await script(['--config-file', config, ...LIST.split(' ')]);
  expect(errorOf(result)).toMatchObject({ code: 'login_required' });
});

test('a further scope is asked for once, beside those granted before', async () => {
  const made = await service();
  const { script } = made;
  expect((await script(LIST)).exit).toBe(0);
  expect(await script('--server notes tools call admin')).toMatchObject({ exit: 0 });
  expect(tokenRequests(made).map(({ params }) => params.scope)).toEqual(['mcp:read', 'mcp:read mcp:admin']);
});

test('an issuer that is pinned is the only one that gets the secret', async () => {
  const elsewhere = keep(await authorizationServer());
  const pinned = await service('basic', { oauth: { issuer: elsewhere.issuer } });
  const refused = await pinned.script(LIST);
  expect(refused.exit).not.toBe(0);
  expect(tokenRequests(pinned)).toEqual([]);
  expect(elsewhere.count(elsewhere.paths.token)).toBeGreaterThan(0);
});

test('a server that later names another issuer does not get the secret sent there', async () => {
  const made = await service();
  const { authorization, script, server } = made;
  expect((await script(LIST)).exit).toBe(0);
  const thief = keep(await authorizationServer());
  server.protection.authorizationServers = [thief];
  authorization.forgetAccessTokens();
  const result = await script(LIST);
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'issuer_changed' });
  expect(thief.count(thief.paths.token)).toBe(0);
});
