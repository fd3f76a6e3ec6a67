import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { chukServer } from '../support/chuk-server.ts';
import { featureServer } from '../support/feature-server.ts';
import { type Endpoints, signIn, tokenRequest } from '../support/sign-in.ts';

const json = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
const register = async ({ url, paths }: Endpoints, metadata: object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}${paths.registration}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(metadata),
  });
  return (await response.json()) as Record<string, unknown>;
};
const token = ({ url, paths }: Endpoints, params: Record<string, string>) =>
  fetch(`${url}${paths.token}`, { method: 'POST', body: new URLSearchParams(params) });

async function connect(mcpUrl: string, accessToken?: string): Promise<Client> {
  const client = new Client({ name: 'smoke', version: '1' });
  const headers: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } }));
  return client;
}

test('the feature server in external mode names metadata that is not there, and another issuer', async () => {
  const server = await featureServer();
  const refused = await fetch(server.mcpUrl, { method: 'POST' });
  const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
  const missing = await fetch(url);
  expect([refused.status, missing.status, missing.headers.get('content-type')]).toEqual([
    401,
    404,
    'text/html',
  ]);
  const { issuer } = await json(`${server.url}/.well-known/oauth-authorization-server`);
  expect(issuer).toBe(server.authorization.url);
  const own = await json(`${issuer}/.well-known/oauth-authorization-server`);
  expect(own).toMatchObject({ issuer: `${issuer}/`, token_endpoint_auth_methods_supported: ['none'] });

  const { tokens } = await signIn(server.authorization);
  expect(tokens).not.toHaveProperty('scope');
  const client = await connect(server.mcpUrl, tokens.access_token);
  expect((await client.listTools()).tools).toHaveLength(5);
  await client.close();
  await server.close();
});

test('the feature server in internal mode is its own authorization server', async () => {
  const server = await featureServer('internal');
  expect(await json(`${server.url}/.well-known/oauth-protected-resource/mcp`)).toMatchObject({
    resource: `${server.url}/`,
    authorization_servers: [server.url],
  });
  const { tokens } = await signIn(server.authorization);
  await (await connect(server.mcpUrl, tokens.access_token)).close();
  await server.close();
});

test('the feature server wants a secret in the body, and says server_error for what is no longer good', async () => {
  const server = await featureServer();
  const redirect_uris = ['http://127.0.0.1/callback'];
  expect(await register(server.authorization, { redirect_uris })).toHaveProperty('client_secret');
  const open = { redirect_uris, token_endpoint_auth_method: 'none' };
  expect(await register(server.authorization, open)).not.toHaveProperty('client_secret');
  server.quirks.secretAnyway = true;
  const { client_id, client_secret } = await register(server.authorization, open);

  const refresh = { grant_type: 'refresh_token', client_id: String(client_id), refresh_token: 'stale' };
  const without = await token(server.authorization, refresh);
  expect([without.status, await without.json()]).toMatchObject([400, { error: 'invalid_client' }]);
  const stale = await token(server.authorization, { ...refresh, client_secret: String(client_secret) });
  expect([stale.status, await stale.json()]).toMatchObject([500, { error: 'server_error' }]);

  const query = new URLSearchParams({
    client_id: String(client_id),
    redirect_uri: redirect_uris[0] ?? '',
    state: 'a/b+c',
  });
  const { headers } = await fetch(`${server.authorization.url}/authorize?${query}`, { redirect: 'manual' });
  expect(headers.get('location')).toMatch(/\?code=[\w-]+&state=a\/b\+c$/);
  await server.close();
});

test('the feature server goes on taking the old refresh token', async () => {
  const server = await featureServer();
  const { client, tokens } = await signIn(server.authorization);
  const params = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
  const first = await tokenRequest(server.authorization, client, params);
  const second = await tokenRequest(server.authorization, client, params);
  expect([first.access_token, second.access_token]).toEqual([expect.any(String), expect.any(String)]);
  server.ledger.forgetRefreshTokens();
  expect(await tokenRequest(server.authorization, client, params)).toMatchObject({ error: 'server_error' });
  await server.close();
});

test('the Chuk server lists its tools to anybody, and refuses calls without a 401', async () => {
  const server = await chukServer();
  const stranger = await connect(server.mcpUrl);
  expect((await stranger.listTools()).tools).toHaveLength(5);
  const call = { name: 'echo', arguments: { text: 'hello' } };
  await expect(stranger.callTool(call)).rejects.toThrow(/requires OAuth authorization/);
  await stranger.close();

  const { tokens } = await signIn(server);
  expect(tokens).toMatchObject({ scope: null, refresh_token: null, expires_in: 3600 });
  const client = await connect(server.mcpUrl, tokens.access_token);
  expect(await client.callTool(call)).toMatchObject({ content: [{ text: 'hello' }] });
  server.ledger.forgetAccessTokens();
  await expect(client.callTool(call)).rejects.toThrow(/OAuth validation failed/);
  await client.close();
  await server.close();
});

test('the Chuk server says invalid_request for everything, and keeps to the root', async () => {
  const server = await chukServer();
  const suffixed = await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`);
  expect([suffixed.status, suffixed.headers.get('content-type')]).toEqual([404, 'text/plain']);
  expect(await json(`${server.url}/.well-known/oauth-authorization-server`)).toMatchObject({
    issuer: server.url,
  });
  const nobody = await token(server, { grant_type: 'refresh_token', refresh_token: 'x' });
  expect([nobody.status, await nobody.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  expect(
    Object.keys(await register(server, { redirect_uris: ['http://127.0.0.1:1/a'], scope: 'b' })).sort(),
  ).toEqual(['client_id', 'client_name', 'client_secret', 'redirect_uris']);
  server.quirks.decision = 'silent';
  await expect(signIn(server)).rejects.toThrow(/walk ended at .*upstream/);
  await server.close();
});
