// RFC 7009 as servers do it: how the client proves itself, and what a server that half does it means.
import { expect, test } from 'vitest';
import { storedRecord } from '../support/bound.ts';
import { serviceClient, staticClient } from '../support/clients.ts';
import { configFile } from '../support/home.ts';
import { answer } from '../support/loopback.ts';
import { scene } from '../support/scene.ts';

const PATH = '/token/revocation';
const REDIRECT = 'http://127.0.0.1/callback';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const revoked = (json: string) => JSON.parse(json).revoked;

test.each(['none', 'post', 'basic'] as const)(
  'both tokens end, the refresh token first, with the client’s own proof: %s',
  async (method) => {
    const client = staticClient(method);
    const { client_id, client_secret, token_endpoint_auth_method } = client;
    const { authorization, person, script } = await scene({
      entry: { oauth: { client_id, token_endpoint_auth_method, ...(client_secret && { client_secret }) } },
      authorization: { clients: [client] },
    });
    expect((await person('auth login')).exit).toBe(0);
    expect(revoked((await script('auth logout --json')).stdout)).toBe('revoked');
    const sent = authorization.log.filter(({ path }) => path === PATH);
    expect(sent.map(({ params }) => params.token_type_hint)).toEqual(['refresh_token', 'access_token']);
    for (const { headers, params } of sent) {
      expect(headers.authorization?.split(' ')[0]).toBe(method === 'basic' ? 'Basic' : undefined);
      expect(params.client_secret).toBe(method === 'post' ? client_secret : undefined);
    }
  },
);

test.each([
  ['a signed assertion', false],
  ['a signed assertion and a proof of the key that the tokens are bound to', true],
])('both tokens end at the server that knows only our public key: %s', async (_, bound) => {
  const { application_type, redirect_uris, grant_types, response_types } = staticClient('none', [REDIRECT]);
  const client = {
    ...serviceClient('key'),
    application_type,
    redirect_uris,
    grant_types,
    response_types,
  };
  const private_key_file = configFile(client.pem ?? '', 'client.pem');
  const oauth = { client_id: client.client_id, private_key_file, redirect_uri: REDIRECT, dpop: bound };
  const { authorization, server, home, person, script } = await scene({
    entry: { oauth },
    authorization: { clients: [client], dpop: 'nonce' },
  });
  expect((await person('auth login')).exit).toBe(0);
  const { tokens } = await storedRecord(home);
  const alive = () => authorization.validate(tokens?.accessToken ?? '', server.mcpUrl);
  expect(await alive()).toBeDefined();
  expect(await authorization.renews(tokens?.refreshToken)).toBe(true);
  expect(revoked((await script('auth logout --json')).stdout)).toBe('revoked');
  expect(await alive()).toBeUndefined();
  expect(await authorization.renews(tokens?.refreshToken)).toBe(false);
  const sent = authorization.log.filter(({ path }) => path === PATH);
  const ids = sent.map(({ params }) => {
    expect(params).toMatchObject({ client_assertion_type: ASSERTION, client_id: client.client_id });
    expect(params).not.toHaveProperty('client_secret');
    return JSON.parse(Buffer.from(params.client_assertion?.split('.')[1] ?? '', 'base64url').toString());
  });
  expect(sent.map(({ headers }) => headers.dpop !== undefined)).toEqual(sent.map(() => bound));
  // Each is signed anew: one that was seen is good for nothing.
  expect(new Set(ids.map(({ jti }) => jti)).size).toBe(sent.length);
  expect(ids.every(({ iss, sub }) => iss === client.client_id && sub === client.client_id)).toBe(true);
});

test.each<[string, string, number, string, string, number]>([
  ['no access tokens', 'access_token', 400, 'unsupported_token_type', 'revoked', 0],
  ['no refresh tokens', 'refresh_token', 400, 'unsupported_token_type', 'not_supported', 0],
  ['not for this client', 'refresh_token', 401, 'invalid_client', 'failed', 6],
  ['not today', 'access_token', 503, 'temporarily_unavailable', 'failed', 6],
])('a server that revokes %s', async (_, kind, status, error, outcome, exit) => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  authorization.intercept = (hit, response) => {
    if (hit.path !== PATH || hit.params.token_type_hint !== kind) return false;
    answer(response, status, { error });
    return true;
  };
  const result = await script('auth logout --json');
  expect(result.exit).toBe(exit);
  expect(revoked(result.stdout)).toBe(outcome);
  // Whatever became of the first, the second was tried; and here nothing is left of either.
  expect(authorization.count(PATH)).toBe(2);
  expect((await script('tools list')).exit).toBe(4);
});
