// `auth whoami`: whose sign-in it is, by the ID token, by the server's word, or not at all.
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { storedRecord as boundRecord } from '../support/bound.ts';
import { storedRecord } from '../support/expired.ts';
import { rewrite } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { readProof } from '../support/proofs.ts';
import { desk, errorOf, keep, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const ADA = { email: 'ada@example.org', email_verified: true, preferred_username: 'ada.l', name: 'Ada' };
const WHO = 'auth whoami notes --json';
const OPENID = 'auth login --scope openid,email,profile';

async function known(options: SceneOptions = {}, login = OPENID): Promise<Scene> {
  const made = await scene({ ...options, authorization: { people: true, ...options.authorization } });
  made.authorization.behaviour.claims = ADA;
  expect((await made.person(login)).exit).toBe(0);
  made.authorization.log.splice(0);
  return made;
}

const pathsOf = ({ authorization }: Scene) => authorization.log.map(({ path }) => path);

test('from the ID token, whose signature is checked with the published keys', async () => {
  const made = await known();
  const result = await made.script(WHO);
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  const record = await storedRecord(made.home);
  expect(JSON.parse(result.stdout)).toEqual({
    server: 'notes',
    source: 'id_token',
    identity: {
      subject: 'ada',
      email: 'ada@example.org',
      emailVerified: true,
      username: 'ada.l',
      name: 'Ada',
    },
    signature: 'valid',
    idTokenExpiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    issuer: made.authorization.issuer,
    clientId: record?.client.id,
    scope: record?.tokens?.scope,
  });
  // The keys and the metadata, and no token for anybody.
  expect(pathsOf(made)).toEqual(['/.well-known/oauth-authorization-server', '/jwks']);
  expect(made.authorization.log.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  const { stdout } = await made.script('auth whoami notes');
  expect(stdout).toMatch(/^notes: ada@example\.org\n/);
  expect(stdout).toContain('its signature is good; it is good until 20');
});

test('a token that other keys signed is exit 7', async () => {
  const made = await known();
  const other = keep(await authorizationServer());
  const keys = await (await fetch(`${other.issuer}/jwks`)).text();
  made.authorization.intercept = ({ path }, response) => {
    if (path !== '/jwks') return false;
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
    return true;
  };
  const result = await made.script(WHO);
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'id_token_invalid', server: 'notes' });
});

test('offline, and without published keys, it is said that nothing was checked', async () => {
  const made = await known();
  made.authorization.behaviour.metadata = ({ jwks_uri: _, ...document }) => document;
  expect(JSON.parse((await made.script(WHO)).stdout)).toMatchObject({ signature: 'unchecked' });
  await made.authorization.close();
  made.authorization.close = async () => {};
  const result = await made.script('auth whoami notes');
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(result.stdout).toContain('its signature was not checked');
});

test('without an ID token the userinfo endpoint says it', async () => {
  const made = await scene({ entry: { oauth: { resource: 'omit' } }, authorization: { people: true } });
  made.authorization.behaviour.claims = ADA;
  made.authorization.intercept = rewrite('/token', ({ id_token: _, ...rest }) => rest);
  expect((await made.person(OPENID)).exit).toBe(0);
  expect((await storedRecord(made.home))?.tokens?.idToken).toBeUndefined();
  const result = await made.script(WHO);
  expect(JSON.parse(result.stdout)).toMatchObject({
    source: 'userinfo',
    identity: { subject: 'ada', email: ADA.email },
  });
  expect(made.authorization.count('/me')).toBe(1);
});

test.each([
  ['without nonces', 'plain'],
  ['with nonces', 'nonce'],
] as const)(
  'for a token that is bound to a key, the userinfo endpoint is shown a proof, %s',
  async (_, dpop) => {
    const oauth = { resource: 'omit', dpop: true };
    const made = await scene({ entry: { oauth }, authorization: { people: true, dpop } });
    made.authorization.behaviour.claims = ADA;
    made.authorization.intercept = rewrite('/token', ({ id_token: _, ...rest }) => rest);
    expect((await made.person(OPENID)).exit).toBe(0);
    expect((await boundRecord(made.home)).tokens).toMatchObject({ tokenType: 'DPoP' });
    made.authorization.log.splice(0);
    const result = await made.script(WHO);
    expect(JSON.parse(result.stdout)).toMatchObject({ source: 'userinfo', identity: { subject: 'ada' } });
    const asked = made.authorization.log.filter(({ path }) => path === '/me');
    expect(asked).toHaveLength(dpop === 'nonce' ? 2 : 1);
    for (const { headers } of asked) {
      expect(headers.authorization).toMatch(/^DPoP /);
      expect(readProof(headers.dpop)?.claims).toMatchObject({ htm: 'GET', ath: expect.any(String) });
    }
  },
);

test('else introspection, where the client may', async () => {
  const made = await known({ authorization: { introspection: true } }, 'auth login');
  const result = await made.script(WHO);
  expect(JSON.parse(result.stdout)).toMatchObject({ source: 'introspection', identity: { subject: 'ada' } });
  // Not one of the scopes would let us ask at the userinfo endpoint.
  expect(pathsOf(made)).toEqual(['/.well-known/oauth-authorization-server', '/token/introspection']);
});

test('else what is known is told, and that nobody says whose it is', async () => {
  const made = await known({}, 'auth login');
  const result = await made.script(WHO);
  expect(result.exit).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ source: 'none', issuer: made.authorization.issuer });
  expect((await made.script('auth whoami')).stdout).toMatch(/^notes: nobody says whose sign-in it is\n/);
});

test('no token goes to the endpoints of another issuer', async () => {
  const made = await known({ authorization: { introspection: true } }, 'auth login');
  const thief = keep(await authorizationServer({ introspection: true }));
  made.authorization.behaviour.metadata = (document) => ({
    ...document,
    issuer: thief.issuer,
    userinfo_endpoint: `${thief.issuer}/me`,
    introspection_endpoint: `${thief.issuer}/token/introspection`,
  });
  const result = await made.script(WHO);
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toMatchObject({ code: 'issuer_mismatch' });
  expect(thief.log).toEqual([]);
});

test('configured endpoints mean that nobody is asked', async () => {
  const made = await scene({ authorization: { people: true, introspection: true } });
  const { issuer } = made.authorization;
  const oauth = {
    authorization_url: `${issuer}/auth`,
    token_url: `${issuer}/token`,
    registration_url: `${issuer}/reg`,
    issuer,
    scopes: ['openid', 'mcp:read'],
  };
  const { person, script } = desk(configFile({ mcpServers: { notes: { url: made.server.mcpUrl, oauth } } }));
  expect((await person('auth login')).exit).toBe(0);
  made.authorization.log.splice(0);
  expect(JSON.parse((await script(WHO)).stdout)).toMatchObject({
    source: 'id_token',
    identity: { subject: 'ada' },
    signature: 'unchecked',
  });
  expect(made.authorization.log).toEqual([]);
});

test('an expired token is renewed for it, and no browser opens', async () => {
  const made = await known({ authorization: { introspection: true } }, 'auth login');
  made.authorization.forgetAccessTokens();
  const result = await made.script(WHO, { clock: 7_200_000 });
  expect(JSON.parse(result.stdout)).toMatchObject({ source: 'introspection' });
  expect(pathsOf(made)).toContain('/token');
});

test('nobody signed in: exit 4; a token from outside is asked nothing', async () => {
  const { script, authorization } = await scene();
  const result = await script(WHO);
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({ code: 'login_required' });
  const env = { MCP_CLI_TOKEN_NOTES: 'a-token-from-outside' };
  expect(JSON.parse((await script(WHO, { env })).stdout)).toEqual({
    server: 'notes',
    source: 'environment',
    from: 'MCP_CLI_TOKEN_NOTES',
  });
  expect(authorization.log).toEqual([]);
});

test('words of a server drive no terminal', async () => {
  const made = await scene({ authorization: { people: true } });
  made.authorization.behaviour.claims = { ...ADA, name: 'A\u001b[31mda', preferred_username: '\u202eada' };
  await made.person(OPENID);
  const { stdout } = await made.script('auth whoami notes');
  for (const mark of ['\u001b', '\u202e']) expect(stdout).not.toContain(mark);
});
