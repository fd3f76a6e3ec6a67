// The refresh that does not work: what is over, what is only in trouble, and what must not be touched.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { type StaticClient, staticClient } from '../support/clients.ts';
import { storedRecord } from '../support/expired.ts';
import { cut, edit, empty, formEncoded, html, refuse } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, type Scene, type SceneOptions, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { freePort } from '../support/servers.ts';

const LIST = 'tools list --json';
const ECHO = ['tools', 'call', 'echo', 'text=still here'];
/** Two hours later: the access token is over. */
const LATER = { clock: 7_200_000 };

/** Signed in; the logs are empty. */
async function signedIn(options: SceneOptions = {}): Promise<Scene> {
  const made = await scene(options);
  const result = await made.person(LIST);
  expect(result).toMatchObject({ exit: 0 });
  made.authorization.log.splice(0);
  made.server.log.splice(0);
  return made;
}

const refreshes = (log: Hit[]) => log.filter(({ params }) => params.grant_type === 'refresh_token');

describe('a grant that is over', () => {
  test('is one full sign-in where a browser may open, and the call completes', async () => {
    const { authorization, home, person, script } = await signedIn();
    const before = await storedRecord(home);
    authorization.forgetRefreshTokens();
    const browser = walkingBrowser();
    const result = await person(ECHO, { ...LATER, browser });
    expect(result.exit).toBe(0);
    expect(result.stdout).toContain('still here');
    expect(browser.opened).toHaveLength(1);
    expect(refreshes(authorization.log)).toHaveLength(1);
    expect(authorization.count(authorization.paths.registration)).toBe(0);
    const after = await storedRecord(home);
    expect(after?.client).toEqual(before?.client);
    expect((await script(LIST, LATER)).exit).toBe(0);
  });

  test('without a person is exit 4, and the dead grant is dropped but not the registration', async () => {
    const { authorization, home, script } = await signedIn();
    const before = await storedRecord(home);
    authorization.forgetRefreshTokens();
    const result = await script(LIST, LATER);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'login_required',
      hint: 'sign in with: mcp-cli auth login notes',
    });
    const after = await storedRecord(home);
    expect(after?.tokens).toBeUndefined();
    expect(after?.client).toEqual(before?.client);
    // What is known to be dead is not sent again.
    expect((await script(LIST, LATER)).exit).toBe(4);
    expect(refreshes(authorization.log)).toHaveLength(1);
  });

  test.each([
    ['a 500 server_error', refuse('/token', 'server_error', 500)],
    ['a 400 invalid_request', refuse('/token', 'invalid_request', 400)],
    ['a 401 page', html('/token', 401)],
    ['an error at status 200', refuse('/token', 'invalid_grant', 200)],
    ['a form', formEncoded('/token', { error: 'invalid_grant' }, 400)],
    [
      'null for a description',
      edit('/token', () => ({ body: { error: 'invalid_grant', error_description: null }, status: 400 })),
    ],
  ])('and is said with %s: exit 4, or a sign-in', async (_, intercept) => {
    const { authorization, home, person, script } = await signedIn();
    authorization.intercept = intercept;
    const result = await script(LIST, LATER);
    expect(result.exit).toBe(4);
    expect(errorOf(result).code).toBe('login_required');
    expect((await storedRecord(home))?.client.source).toBe('registered');
    authorization.intercept = (hit, response) =>
      hit.params.grant_type === 'refresh_token' ? intercept(hit, response) : false;
    const browser = walkingBrowser();
    expect((await person(LIST, { ...LATER, browser })).exit).toBe(0);
    expect(browser.opened).toHaveLength(1);
  });
});

describe('trouble', () => {
  test.each([
    ['500', empty('/token', 500), 'server_error'],
    ['503 with a page', html('/token', 503), 'server_error'],
    ['503 with an OAuth error', refuse('/token', 'temporarily_unavailable', 503), 'server_error'],
    ['429', empty('/token', 429), 'server_error'],
    ['a connection that is cut', cut('/token'), 'reset'],
  ])('%s: exit 5, nothing deleted, no browser', async (_, intercept, code) => {
    const { authorization, home, person, script } = await signedIn();
    const before = await storedRecord(home);
    authorization.intercept = intercept;
    for (const who of [person, script]) {
      const browser = walkingBrowser();
      const result = await who(LIST, { ...LATER, browser });
      expect(result.exit).toBe(5);
      expect(errorOf(result)).toMatchObject({ code, server: 'notes' });
      expect(browser.opened).toEqual([]);
    }
    expect(await storedRecord(home)).toEqual(before);
    authorization.intercept = undefined;
    expect((await script(LIST, LATER)).exit).toBe(0);
  });

  test('an authorization server that is away: exit 5, nothing deleted, no browser', async () => {
    const { authorization, home, person } = await signedIn();
    const before = await storedRecord(home);
    await authorization.close();
    const browser = walkingBrowser();
    const result = await person(LIST, { ...LATER, browser });
    expect(result.exit).toBe(5);
    expect(browser.opened).toEqual([]);
    expect(await storedRecord(home)).toEqual(before);
  });
});

describe('an answer with tokens', () => {
  test.each<[string, Parameters<typeof edit>[1]]>([
    ['without a new refresh token', ({ refresh_token: _, ...body }) => ({ body })],
    [
      'with null for what it does not say',
      (body) => ({ body: { ...body, refresh_token: null, scope: null } }),
    ],
    ['with token_type BEARER', (body) => ({ body: { ...body, token_type: 'BEARER' } })],
    ['without token_type', ({ token_type: _, ...body }) => ({ body })],
    ['with a lifetime in words', (body) => ({ body: { ...body, expires_in: '3600' } })],
    [
      'form-encoded',
      (body) => ({
        body: new URLSearchParams(body as Record<string, string>).toString(),
        type: 'application/x-www-form-urlencoded',
      }),
    ],
  ])('%s is taken, and the next refresh works', async (_, change) => {
    const { authorization, home, script } = await signedIn({
      authorization: { behaviour: { rotation: false } },
    });
    authorization.intercept = edit('/token', change);
    expect(await script(LIST, LATER)).toMatchObject({ exit: 0, stderr: '' });
    expect((await storedRecord(home))?.tokens).toMatchObject({
      refreshToken: expect.any(String),
      scope: expect.stringContaining('mcp:read'),
      expiresAt: expect.any(Number),
    });
    expect(await script(LIST, { clock: 14_400_000 })).toMatchObject({ exit: 0, stderr: '' });
    expect(refreshes(authorization.log)).toHaveLength(2);
  });

  test('with fewer scopes than before is believed', async () => {
    const { authorization, home, script } = await signedIn({
      server: { protection: { scopesSupported: ['mcp:read', 'mcp:admin'] } },
    });
    expect((await storedRecord(home))?.tokens?.scope).toContain('mcp:admin');
    authorization.intercept = edit('/token', (body) => ({ body: { ...body, scope: 'mcp:read' } }));
    expect((await script(LIST, LATER)).exit).toBe(0);
    expect((await storedRecord(home))?.tokens?.scope).toBe('mcp:read');
  });

  test('without a lifetime is good until a 401', async () => {
    const { authorization, script } = await signedIn();
    authorization.intercept = edit('/token', ({ expires_in: _, ...body }) => ({ body }));
    expect((await script(LIST, LATER)).exit).toBe(0);
    expect((await script(LIST, { clock: 400_000_000 })).exit).toBe(0);
    expect(refreshes(authorization.log)).toHaveLength(1);
    authorization.forgetAccessTokens();
    expect((await script(LIST, { clock: 400_000_000 })).exit).toBe(0);
    expect(refreshes(authorization.log)).toHaveLength(2);
  });

  test.each<[string, Parameters<typeof edit>[1]]>([
    ['of another type', (body) => ({ body: { ...body, token_type: 'mac' } })],
    ['that could end a header line', (body) => ({ body: { ...body, access_token: 'x\r\nHost: evil' } })],
    ['that is missing', ({ access_token: _, ...body }) => ({ body })],
    ['that is no JSON', () => ({ body: '<html>' })],
  ])('with one %s is exit 7, never sent, and nothing deleted', async (_, change) => {
    const { authorization, server, home, script } = await signedIn();
    const before = await storedRecord(home);
    authorization.intercept = edit('/token', change);
    const result = await script(LIST, LATER);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'token_response_invalid', server: 'notes' });
    expect(server.log).toEqual([]);
    expect(await storedRecord(home)).toEqual(before);
  });
});

describe('a configured client', () => {
  const secret = registerSecret('another s3cret of the client', 'client_secret');
  const entryOf = (client: StaticClient, more: object = {}) => ({
    oauth: {
      client_id: client.client_id,
      ...(client.client_secret !== undefined && { client_secret: client.client_secret }),
      redirect_uri: client.redirect_uris[0],
      ...more,
    },
  });
  const secretSent = ({ params, headers }: Hit) => {
    const basic = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    return params.client_secret ?? decodeURIComponent(basic.split(':')[1]?.replaceAll('+', ' ') ?? '');
  };

  test('whose secret was changed: the new one goes with the next refresh', async () => {
    const client = staticClient('basic', [`http://localhost:${await freePort()}/callback`]);
    const { server, home, authorization } = await signedIn({
      authorization: { clients: [client] },
      entry: entryOf(client),
    });
    const later = (changed: StaticClient) => {
      const config = configFile({ mcpServers: { notes: { url: server.mcpUrl, ...entryOf(changed) } } });
      return desk(config, home).script(LIST, LATER);
    };
    const before = await storedRecord(home);
    // The server knows the old one only.
    const refused = await later({ ...client, client_secret: secret });
    expect(refused.exit).toBe(4);
    expect(errorOf(refused)).toMatchObject({ code: 'invalid_client', hint: expect.stringMatching(/kept/) });
    expect(refreshes(authorization.log).map(secretSent)).toEqual([secret]);
    expect(await storedRecord(home)).toEqual(before);
    expect(await later(client)).toMatchObject({ exit: 0, stderr: '' });
  });

  type Other = { mcpUrl: string; issuer: string; client: StaticClient };
  test.each<[string, (client: StaticClient, other: Other) => object]>([
    ['client_id', (_, { client }) => entryOf(client)],
    ['URL', (client, { mcpUrl }) => ({ url: mcpUrl, ...entryOf(client) })],
    ['issuer', (client, { issuer }) => entryOf(client, { issuer })],
  ])('with another %s: the record is not used, overwritten or revoked', async (_, entry) => {
    const redirects = [`http://localhost:${await freePort()}/callback`];
    const [client, another] = [staticClient('basic', redirects), staticClient('none', redirects)];
    const clients = [client, another];
    const { authorization, server, home, script } = await signedIn({
      authorization: { clients },
      entry: entryOf(client),
    });
    const before = await storedRecord(home);
    const elsewhere = keep(await authorizationServer({ clients }));
    const other = keep(await modernServer({ authorizationServers: [elsewhere] }));
    const changed = entry(client, { mcpUrl: other.mcpUrl, issuer: elsewhere.issuer, client: another });
    const there = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, ...changed } } }), home);
    expect((await there.script(LIST, LATER)).exit).toBe(4);
    // Not one token of the old record has left.
    expect([...server.log, ...other.log].filter(({ headers }) => headers.authorization)).toEqual([]);
    expect(refreshes([...authorization.log, ...elsewhere.log])).toEqual([]);
    expect((await there.person('auth login')).exit).toBe(0);
    expect((await there.script('auth logout')).exit).toBe(0);
    expect(await storedRecord(home)).toEqual(before);
    expect(await script(LIST, LATER)).toMatchObject({ exit: 0, stderr: '' });
  });
});

test('a server that moved to another authorization server is noticed after a refused refresh', async () => {
  const { authorization, server, home, person } = await signedIn();
  const elsewhere = keep(await authorizationServer());
  server.protection.authorizationServers = [elsewhere];
  authorization.forgetRefreshTokens();
  const browser = walkingBrowser();
  expect((await person(LIST, { ...LATER, browser })).exit).toBe(0);
  expect(browser.opened).toHaveLength(1);
  expect((await storedRecord(home))?.issuer).toBe(elsewhere.issuer);
  // A registration belongs to the server that made it.
  expect(elsewhere.count(elsewhere.paths.registration)).toBe(1);
});

test('a server that moved while the old one still refreshes is noticed by its 401', async () => {
  const { server, home, person } = await signedIn();
  const elsewhere = keep(await authorizationServer());
  server.protection.authorizationServers = [elsewhere];
  expect((await person(LIST, { browser: walkingBrowser() })).exit).toBe(0);
  expect((await storedRecord(home))?.issuer).toBe(elsewhere.issuer);
});
