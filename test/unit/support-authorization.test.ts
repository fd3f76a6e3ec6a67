import { afterEach, describe, expect, test } from 'vitest';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  authorizationServer,
} from '../support/authorization-server.ts';
import { staticClient } from '../support/clients.ts';
import { refuse, refuseAtAuthorization } from '../support/faults.ts';
import { signIn, tokenRequest } from '../support/sign-in.ts';

const resource = 'http://127.0.0.1:1/mcp';
let server: AuthorizationServer;

async function start(options: AuthorizationServerOptions = {}) {
  server = await authorizationServer(options);
  return server;
}

afterEach(() => server.close());

const refresh = (token: string | undefined) => ({ grant_type: 'refresh_token', refresh_token: token ?? '' });

describe('a sign-in', () => {
  test('ends with tokens for the resource, and its response names the issuer', async () => {
    await start();
    const { tokens, callback } = await signIn(server, { resource });
    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.any(String),
    });
    expect(await server.validate(tokens.access_token ?? '', resource)).toMatchObject({
      scopes: ['mcp:read'],
    });
    expect(await server.validate(tokens.access_token ?? '', 'http://127.0.0.1:2/mcp')).toBeUndefined();
    expect(server.count('/token')).toBe(1);
    expect(server.count('/reg')).toBe(1);
  });

  test('gives a JWT where it is asked to', async () => {
    await start({ tokens: 'jwt' });
    const { tokens } = await signIn(server, { resource });
    const facts = await server.validate(tokens.access_token ?? '', resource);
    expect(facts?.scopes).toEqual(['mcp:read']);
    const forged = tokens.access_token?.replace(/\.[^.]+$/, `.${Buffer.alloc(64).toString('base64url')}`);
    expect(await server.validate(forged ?? '', resource)).toBeUndefined();
  });

  test.each(['none', 'post', 'basic'] as const)(
    'works for a static client that authenticates by %s',
    async (method) => {
      const client = staticClient(method);
      await start({ clients: [client], registration: 'closed' });
      const { tokens } = await signIn(server, { resource, client });
      expect(tokens.access_token).toEqual(expect.any(String));
      if (method === 'none') return;
      const { exchange } = await signIn(server, { resource, client });
      const wrong = { ...client, client_secret: 'not the secret' };
      expect(await tokenRequest(server, wrong, exchange)).toMatchObject({ error: 'invalid_client' });
    },
  );

  test('works under an issuer with a path', async () => {
    await start({ path: '/tenant/1' });
    const { tokens, callback } = await signIn(server, { resource });
    expect(callback.searchParams.get('iss')).toBe(`${server.url}/tenant/1`);
    expect(tokens.access_token).toEqual(expect.any(String));
  });

  test('is refused by the person', async () => {
    await start({ behaviour: { decision: 'deny' } });
    const { callback } = await signIn(server, { resource });
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state',
    });
  });

  test('without PKCE, or for an unknown resource, is refused by the server', async () => {
    await start({ behaviour: { resources: ['http://127.0.0.1:9/other'] } });
    const { callback } = await signIn(server, { resource });
    expect(callback.searchParams.get('error')).toBe('invalid_target');
    const page = await fetch(`${server.url}/auth?client_id=nobody&response_type=code`, {
      redirect: 'manual',
    });
    expect(page.status).toBe(400);
  });

  test('takes the default scope and resource for a client that names none', async () => {
    await start({ behaviour: { defaultResource: resource, refreshTokens: 'always' } });
    const { tokens } = await signIn(server, {});
    expect(await server.validate(tokens.access_token ?? '', resource)).toBeDefined();
  });
});

describe('refreshing', () => {
  test('rotates, and a second use of the old token ends the whole family', async () => {
    await start();
    const { client, tokens } = await signIn(server, { resource });
    const second = await tokenRequest(server, client, refresh(tokens.refresh_token));
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect(await server.validate(second.access_token ?? '', resource)).toBeDefined();

    expect(await tokenRequest(server, client, refresh(tokens.refresh_token))).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await server.validate(second.access_token ?? '', resource)).toBeUndefined();
    expect(await tokenRequest(server, client, refresh(second.refresh_token))).toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('keeps the refresh token without rotation', async () => {
    await start({ behaviour: { rotation: false } });
    const { client, tokens } = await signIn(server, { resource });
    const second = await tokenRequest(server, client, refresh(tokens.refresh_token));
    expect(second.refresh_token).toBe(tokens.refresh_token);
  });

  test('is not offered without offline_access, or at all', async () => {
    await start();
    expect((await signIn(server, { resource, scope: 'mcp:read' })).tokens.refresh_token).toBeUndefined();
    server.behaviour.refreshTokens = 'never';
    expect((await signIn(server, { resource })).tokens.refresh_token).toBeUndefined();
    server.behaviour.refreshTokens = 'always';
    expect((await signIn(server, { resource, scope: 'mcp:read' })).tokens.refresh_token).toEqual(
      expect.any(String),
    );
  });
});

describe('the end of tokens', () => {
  test('comes with their lifetime, by revocation, and by forgetting', async () => {
    await start({ behaviour: { accessTokenTtl: 1 } });
    const { tokens } = await signIn(server, { resource });
    expect(tokens.expires_in).toBe(1);
    await expect
      .poll(() => server.validate(tokens.access_token ?? '', resource), { timeout: 3000 })
      .toBeUndefined();

    server.behaviour.accessTokenTtl = 60;
    const second = await signIn(server, { resource });
    await fetch(`${server.url}${server.paths.revocation}`, {
      method: 'POST',
      body: new URLSearchParams({
        token: second.tokens.refresh_token ?? '',
        client_id: second.client.client_id,
      }),
    });
    expect(await server.validate(second.tokens.access_token ?? '', resource)).toBeUndefined();

    const third = await signIn(server, { resource });
    server.forgetAccessTokens();
    expect(await server.validate(third.tokens.access_token ?? '', resource)).toBeUndefined();
    server.forgetClients();
    expect(await tokenRequest(server, third.client, refresh(third.tokens.refresh_token))).toMatchObject({
      error: 'invalid_client',
    });
  });

  test('a code is good once', async () => {
    await start();
    const { client, exchange } = await signIn(server, { resource });
    expect(await tokenRequest(server, client, exchange)).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('metadata', () => {
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return response.ok ? ((await response.json()) as Record<string, unknown>) : response.status;
  };

  test('is where it is asked to be, and nowhere else', async () => {
    await start({ path: '/t', documents: ['oidc-appended'] });
    expect(await get('/t/.well-known/openid-configuration')).toMatchObject({
      issuer: `${server.url}/t`,
      authorization_endpoint: `${server.url}/t/auth`,
      token_endpoint: `${server.url}/t/token`,
      registration_endpoint: `${server.url}/t/reg`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: expect.arrayContaining(['offline_access']),
    });
    expect(await get('/.well-known/oauth-authorization-server/t')).toBe(404);
    expect(await get('/.well-known/openid-configuration/t')).toBe(404);
    expect(await get('/.well-known/openid-configuration')).toBe(404);
  });

  test('can be bent', async () => {
    await start();
    server.behaviour.metadata = ({ code_challenge_methods_supported: _, ...rest }) => ({
      ...rest,
      issuer: 'http://b',
    });
    const document = await get('/.well-known/oauth-authorization-server');
    expect(document).toMatchObject({ issuer: 'http://b' });
    expect(document).not.toHaveProperty('code_challenge_methods_supported');
  });
});

test('registration asks for its initial access token', async () => {
  await start({ registration: { token: 'an-initial-access-token' } });
  const register = (headers: Record<string, string>) =>
    fetch(`${server.url}${server.paths.registration}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native' }),
    });
  expect((await register({})).status).toBe(401);
  expect((await register({ authorization: 'Bearer an-initial-access-token' })).status).toBe(201);
});

test('faults are answered before the provider sees the request', async () => {
  await start();
  server.intercept = refuse(server.paths.token, 'unauthorized_client', 403, 1);
  const first = await signIn(server, { resource });
  expect(first.tokens).toMatchObject({ error: 'unauthorized_client' });
  expect((await signIn(server, { resource })).tokens.access_token).toEqual(expect.any(String));
  server.intercept = refuseAtAuthorization(server.paths.authorization, 'invalid_scope', server.issuer);
  const { callback } = await signIn(server, { resource });
  expect(Object.fromEntries(callback.searchParams)).toEqual({
    error: 'invalid_scope',
    state: 'state',
    iss: server.issuer,
  });
});
