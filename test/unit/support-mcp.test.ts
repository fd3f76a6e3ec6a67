import { fileURLToPath } from 'node:url';
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { earlyServer } from '../support/early-server.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { sessionServer } from '../support/session-server.ts';
import { signIn } from '../support/sign-in.ts';
import { sseServer } from '../support/sse-server.ts';

const tools = ['echo', 'add', 'slow', 'fail', 'admin'];

type Kind = {
  name: string;
  start: (options?: McpOptions) => Promise<McpServerHandle>;
  mode: 'legacy' | 'auto' | 'modern';
  protocol: RegExp;
};

const kinds: Kind[] = [
  { name: 'current SDK, modern client', start: modernServer, mode: 'modern', protocol: /^2026-/ },
  { name: 'current SDK, older client', start: modernServer, mode: 'legacy', protocol: /^2025-/ },
  {
    name: '2026-07-28 only',
    start: (options) => modernServer({ ...options, modernOnly: true }),
    mode: 'auto',
    protocol: /^2026-/,
  },
  { name: 'SDK 1.x with sessions', start: sessionServer, mode: 'auto', protocol: /^2025-/ },
  { name: 'SDK 1.x HTTP+SSE', start: sseServer, mode: 'legacy', protocol: /^20/ },
];

async function connect(server: McpServerHandle, mode: Kind['mode'], token?: string): Promise<Client> {
  const negotiation = mode === 'modern' ? { pin: '2026-07-28' } : mode;
  const client = new Client({ name: 'smoke', version: '1' }, { versionNegotiation: { mode: negotiation } });
  const options = {
    requestInit: token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  } satisfies StreamableHTTPClientTransportOptions;
  const url = new URL(server.mcpUrl);
  await client.connect(
    url.pathname === '/sse'
      ? new SSEClientTransport(url, options)
      : new StreamableHTTPClientTransport(url, options),
  );
  return client;
}

let authorization: AuthorizationServer;
beforeAll(async () => {
  authorization = await authorizationServer();
});
afterAll(() => authorization.close());

describe.each(kinds)('$name', ({ start, mode, protocol }) => {
  test('lists its tools with a good token, and answers 401 without', async () => {
    const server = await start({ authorizationServers: [authorization] });
    const { tokens } = await signIn(authorization, { resource: server.protection.resource });
    const client = await connect(server, mode, tokens.access_token);
    expect(client.getNegotiatedProtocolVersion()).toMatch(protocol);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(tools);
    expect(server.calls('tools/list')).toBe(1);
    await client.close();

    const refused = await fetch(server.mcpUrl, { headers: { accept: 'text/event-stream' } });
    expect(refused.status).toBe(401);
    const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(url).toBe(`${server.url}/.well-known/oauth-protected-resource${new URL(server.mcpUrl).pathname}`);
    expect(await (await fetch(url)).json()).toMatchObject({
      resource: server.mcpUrl,
      authorization_servers: [authorization.issuer],
    });
    const elsewhere = await signIn(authorization, { resource: 'http://127.0.0.1:1/other' });
    await expect(connect(server, mode, elsewhere.tokens.access_token)).rejects.toThrow();
    await server.close();
  });

  test('serves its tools without authorization too', async () => {
    const server = await start();
    const client = await connect(server, mode);
    const call = (name: string, args = {}) => client.callTool({ name, arguments: args });
    expect(await call('echo', { text: 'ça' })).toMatchObject({ content: [{ type: 'text', text: 'ça' }] });
    expect(await call('add', { a: 2, b: 3 })).toMatchObject({ structuredContent: { sum: 5 } });
    expect(await call('fail')).toMatchObject({ isError: true });
    expect(await call('admin')).not.toHaveProperty('isError', true);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    await client.callTool({ name: 'slow', arguments: { steps: 3 } }, { onprogress });
    expect(seen).toEqual([1, 2, 3]);
    await client.close();
    await server.close();
  });
});

describe('protection', () => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'admin', arguments: {} } };
  const post = (server: McpServerHandle, token?: string) =>
    fetch(server.mcpUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(list),
    });

  test('asks for a further scope, and takes it', async () => {
    const server = await modernServer({ authorizationServers: [authorization] });
    const resource = server.mcpUrl;
    const little = await signIn(authorization, { resource });
    const refused = await post(server, little.tokens.access_token);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="mcp:admin"/);
    const much = await signIn(authorization, { resource, scope: 'mcp:read mcp:admin' });
    expect((await post(server, much.tokens.access_token)).status).toBe(200);
    await server.close();
  });

  test('can be bent', async () => {
    const server = await modernServer({
      authorizationServers: [authorization],
      protection: { metadataAt: 'root', refuseGoodTokens: 1, challengeScope: 'a b' },
    });
    const { tokens } = await signIn(authorization, { resource: server.mcpUrl, scope: 'mcp:read mcp:admin' });
    const first = await post(server, tokens.access_token);
    expect(first.status).toBe(401);
    expect(first.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", resource_metadata="${server.url}/.well-known/oauth-protected-resource", scope="a b"`,
    );
    expect((await post(server, tokens.access_token)).status).toBe(200);
    expect((await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`)).status).toBe(404);
    expect((await fetch(`${server.url}/.well-known/oauth-protected-resource`)).status).toBe(200);

    server.protection.resource = 'https://elsewhere.example/mcp';
    expect((await post(server, tokens.access_token)).status).toBe(401);
    server.protection.metadataAt = 'nowhere-html';
    const page = await fetch(`${server.url}/.well-known/oauth-protected-resource`);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html']);
    server.protection.challenge = 'none';
    expect((await post(server)).headers.get('www-authenticate')).toBeNull();
    server.protection.challenge = 'without-metadata';
    expect((await post(server)).headers.get('www-authenticate')).toBe('Bearer scope="a b"');
    await server.close();
  });
});

test.each(['not-found', 'unauthorized'] as const)('a lost session is answered %s', async (lostSession) => {
  const server = await sessionServer();
  const client = await connect(server, 'auto');
  await client.listTools();
  await server.loseSessions();
  server.lostSession = lostSession;
  await expect(client.listTools()).rejects.toThrow();
  const last = server.log.findLast(({ method }) => method === 'POST');
  const again = await fetch(server.mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': String(last?.headers['mcp-session-id']),
    },
    body: last?.text ?? '',
  });
  expect(again.status).toBe(lostSession === 'not-found' ? 404 : 401);
  expect(again.headers.get('www-authenticate')).toBeNull();
  await server.close();
});

test('a server of 2025-03-26 has no metadata, and its authorization server at the default paths', async () => {
  const server = await earlyServer();
  for (const path of [
    'oauth-protected-resource',
    'oauth-protected-resource/mcp',
    'oauth-authorization-server',
  ]) {
    expect((await fetch(`${server.url}/.well-known/${path}`)).status).toBe(404);
  }
  const refused = await fetch(server.mcpUrl, { method: 'POST' });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  const { tokens } = await signIn(server);
  const client = await connect(server, 'auto', tokens.access_token);
  expect((await client.listTools()).tools).toHaveLength(tools.length);
  await client.close();
  await server.close();
});

test.each(['legacy', 'auto'] as const)(
  'the stdio server lists its tools to a client in mode %s',
  async (mode) => {
    const client = new Client({ name: 'smoke', version: '1' }, { versionNegotiation: { mode } });
    const program = fileURLToPath(new URL('../support/stdio-server.mjs', import.meta.url));
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [program] }));
    const { tools: listed } = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual([...tools, 'environment']);
    await client.close();
  },
);
