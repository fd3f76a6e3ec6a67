// Both endpoints and a client configured: nothing is discovered, and nothing is registered.
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { idleBrowser } from '../support/browser.ts';
import { staticClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { modernServer } from '../support/modern-server.ts';
import { freePort } from '../support/port.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const LIST = 'tools list --json';

type Client = ReturnType<typeof staticClient>;

/** A server whose entry names the endpoints of its authorization server, in either dialect. */
async function configured(
  client: Client,
  more: object = {},
  dialect: 'snake' | 'camel' = 'snake',
  pkce = true,
) {
  const authorization = keep(await authorizationServer({ clients: [client], pkce }));
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  const { client_id, client_secret } = client;
  const endpoints = { a: `${authorization.issuer}/auth`, t: `${authorization.issuer}/token` };
  const redirect = `http://localhost:${await freePort()}/callback`;
  const oauth =
    dialect === 'snake'
      ? {
          authorization_url: endpoints.a,
          token_url: endpoints.t,
          client_id,
          client_secret,
          redirect_uri: redirect,
        }
      : {
          authorizationEndpoint: endpoints.a,
          tokenEndpoint: endpoints.t,
          clientId: client_id,
          clientSecret: client_secret,
          redirectUri: redirect,
        };
  const scopes = ['mcp:read', 'offline_access'];
  const config = configFile({
    mcpServers: { notes: { url: server.mcpUrl, oauth: { ...oauth, scopes, ...more } } },
  });
  return { authorization, server, redirect, ...desk(config) };
}

function tokenRequests({ log, paths }: AuthorizationServer): Hit[] {
  return log.filter(({ path }) => path === paths.token);
}

/** How a token request names its client: by Basic, by a secret in the body, or by name alone. */
function methodOf({ headers, params }: Hit): string {
  if (headers.authorization?.startsWith('Basic ')) return 'basic';
  return params.client_secret === undefined ? 'none' : 'post';
}

/** oidc-provider takes a secret in either way; many servers do not. */
function understandsPostOnly(authorization: AuthorizationServer): void {
  authorization.intercept = (hit, response) => {
    if (hit.path !== authorization.paths.token || methodOf(hit) !== 'basic') return false;
    answer(response, 401, { error: 'invalid_client' });
    return true;
  };
}

function authorizeRequest({ log, paths }: AuthorizationServer): Record<string, string> {
  const sent = log.find(({ path }) => path === paths.authorization);
  if (sent === undefined) throw new Error('nobody came to the authorization endpoint');
  return sent.params;
}

describe.each(['snake', 'camel'] as const)('the %s dialect', (dialect) => {
  test('asks for no metadata at all, neither at a sign-in nor after a 401', async () => {
    const { authorization, server, person, script } = await configured(staticClient('basic'), {}, dialect);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(new Set(server.log.map(({ path }) => path))).toEqual(new Set(['/mcp']));
    for (const { path } of authorization.log) expect(path).not.toMatch(/well-known|reg$/);
  });

  test('sends the first request with a token', async () => {
    const { server, person } = await configured(staticClient('none'), {}, dialect);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(server.log[0]?.headers.authorization).toMatch(/^Bearer ./);
  });
});

describe('the client secret', () => {
  test('is sent by Basic where nothing says how', async () => {
    const { authorization, person } = await configured(staticClient('basic'));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(tokenRequests(authorization).map(methodOf)).toEqual(['basic']);
  });

  test('is posted once with the same code after invalid_client, and from then on at once', async () => {
    const { authorization, person, script } = await configured(staticClient('post'));
    understandsPostOnly(authorization);
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    const [basic, post] = tokenRequests(authorization);
    expect([basic, post].map((hit) => hit && methodOf(hit))).toEqual(['basic', 'post']);
    expect(post?.params.code).toBe(basic?.params.code);
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect(await person('auth login --force')).toMatchObject({ exit: 0 });
    expect(tokenRequests(authorization).map(methodOf)).toEqual(['basic', 'post', 'post', 'post']);
  });

  test('that is wrong is tried in both ways, once each, and the key is named', async () => {
    const { authorization, person } = await configured(staticClient('basic'), {
      client_secret: 'not the one that was given out',
    });
    const result = await person(LIST);
    expect(result.exit).toBe(4);
    const error = errorOf(result);
    expect(error.code).toBe('invalid_client');
    expect(error.hint).toContain('mcpServers.notes.oauth.client_id, client_secret');
    expect(tokenRequests(authorization).map(methodOf)).toEqual(['basic', 'post']);
  });

  test.each([
    ['client_secret_post', 'post', 'post'],
    ['client_secret_basic', 'basic', 'basic'],
  ] as const)('is sent by %s alone where that is configured', async (method, kind, sent) => {
    const { authorization, person, script } = await configured(staticClient(kind), {
      token_endpoint_auth_method: method,
    });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    expect(tokenRequests(authorization).map(methodOf)).toEqual([sent, sent]);
  });

  test('is not tried in another way than the configured one', async () => {
    const { authorization, person } = await configured(staticClient('post'), {
      token_endpoint_auth_method: 'client_secret_basic',
    });
    understandsPostOnly(authorization);
    expect(errorOf(await person(LIST)).code).toBe('invalid_client');
    expect(tokenRequests(authorization).map(methodOf)).toEqual(['basic']);
  });

  test('is not needed: a public client is named in the body', async () => {
    const { authorization, person, script } = await configured(staticClient('none'));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    authorization.forgetAccessTokens();
    expect(await script(LIST)).toMatchObject({ exit: 0 });
    const sent = tokenRequests(authorization);
    expect(sent.map(methodOf)).toEqual(['none', 'none']);
    for (const { params } of sent) expect(params.client_id).toBe('public-client');
  });
});

describe('PKCE', () => {
  test('is S256 without metadata too', async () => {
    const { authorization, person } = await configured(staticClient('basic'));
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorizeRequest(authorization)).toMatchObject({ code_challenge_method: 'S256' });
    expect(tokenRequests(authorization)[0]?.params.code_verifier).toMatch(/^[\w-]{43,}$/);
  });

  test('can be left out with both endpoints and a secret', async () => {
    const { authorization, person } = await configured(
      staticClient('basic'),
      { use_pkce: false },
      'snake',
      false,
    );
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorizeRequest(authorization)).not.toHaveProperty('code_challenge');
    expect(tokenRequests(authorization)[0]?.params).not.toHaveProperty('code_verifier');
  });

  const endpoints = {
    authorization_url: 'https://as.example/authorize',
    token_url: 'https://as.example/token',
  };
  test.each([
    ['without a secret', { ...endpoints, client_id: 'a' }],
    ['without endpoints', { client_id: 'a', client_secret: 'a secret of the test' }],
    ['for whoever registers', {}],
  ])('cannot be left out %s', async (_, oauth) => {
    const server = keep(await modernServer());
    const entry = { url: server.mcpUrl, oauth: { ...oauth, use_pkce: false } };
    const result = await desk(configFile({ mcpServers: { notes: entry } })).person(LIST);
    expect(result.exit).toBe(3);
    expect(errorOf(result).message).toContain('use_pkce');
    expect(server.log).toEqual([]);
  });
});

describe('the redirect', () => {
  test.each([
    ['snake', 'http://localhost:8080/callback'],
    ['camel', 'http://localhost:3000/oauth/callback'],
  ] as const)('is by default that of the %s dialect', async (dialect, redirect) => {
    const { authorization, person } = await configured(
      staticClient('basic', [redirect]),
      dialect === 'snake' ? { redirect_uri: undefined } : { redirectUri: undefined },
      dialect,
    );
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorizeRequest(authorization).redirect_uri).toBe(redirect);
    expect(tokenRequests(authorization)[0]?.params.redirect_uri).toBe(redirect);
  });

  test.each([
    ['by address', (port: number) => `http://127.0.0.1:${port}/a/b`],
    ['by name, with a slash at the end', (port: number) => `http://localhost:${port}/callback/`],
    ['in IPv6', (port: number) => `http://[::1]:${port}/callback`],
    ['with a query', (port: number) => `http://localhost:${port}/callback?app=notes`],
  ])('that is configured is used as it is written: %s', async (_, spell) => {
    const redirect = spell(await freePort());
    const { authorization, person } = await configured(staticClient('basic', [redirect]), {
      redirect_uri: redirect,
    });
    expect(await person(LIST)).toMatchObject({ exit: 0 });
    expect(authorizeRequest(authorization).redirect_uri).toBe(redirect);
    expect(tokenRequests(authorization)[0]?.params.redirect_uri).toBe(redirect);
  });

  test('on a port that is taken is said, and no other port is tried', async () => {
    const { redirect, authorization, person } = await configured(staticClient('basic'));
    const { port } = new URL(redirect);
    const taker = createServer().listen(Number(port), '127.0.0.1');
    keep({ close: () => new Promise<void>((resolve) => void taker.close(() => resolve())) });
    await new Promise((resolve) => taker.once('listening', resolve));
    const browser = idleBrowser();
    const result = await person(LIST, { browser });
    expect(result.exit).toBe(3);
    const error = errorOf(result);
    expect(error.code).toBe('port_in_use');
    expect(error.message).toContain(port);
    expect(browser.opened).toEqual([]);
    expect(authorization.log).toEqual([]);
  });
});

test('extra_auth_params go with the authorization request and with no other', async () => {
  const extra_auth_params = { audience: 'notes', login_hint: 'ada@example.com' };
  const { authorization, person, script } = await configured(staticClient('basic'), { extra_auth_params });
  expect(await person(LIST)).toMatchObject({ exit: 0 });
  authorization.forgetAccessTokens();
  expect(await script(LIST)).toMatchObject({ exit: 0 });
  expect(authorizeRequest(authorization)).toMatchObject(extra_auth_params);
  for (const { params } of tokenRequests(authorization)) {
    expect(params).not.toHaveProperty('audience');
    expect(params).not.toHaveProperty('login_hint');
  }
});

test.each(['state', 'redirect_uri', 'code_challenge', 'Client_ID'])(
  'extra_auth_params may not name %s',
  async (name) => {
    const made = await configured(staticClient('basic'), { extra_auth_params: { [name]: 'mine' } });
    const result = await made.person(LIST);
    expect(result.exit).toBe(3);
    expect(errorOf(result).message).toContain(name);
    expect([...made.authorization.log, ...made.server.log]).toEqual([]);
  },
);
