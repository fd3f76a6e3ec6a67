// Where a token and the headers of an entry go, and where they never do.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { idleBrowser } from '../support/browser.ts';
import { fault } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { type Hit, type Loopback, listen, redirect } from '../support/loopback.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const LIST = 'tools list --json';
const KEYED = registerSecret('an-api-key-of-the-entry-0001', 'api_key');

const bearers = ({ log }: Loopback) => log.filter(({ headers }) => headers.authorization !== undefined);
const keyed = ({ log }: Loopback) => log.filter(({ headers }) => headers['x-api-key'] !== undefined);

/** Somewhere that nothing secret may ever arrive. */
async function elsewhere(): Promise<Loopback> {
  return keep(await listen((_request, response) => response.writeHead(404).end()));
}

describe('a token', () => {
  test.each<[string, (options: McpOptions) => Promise<McpServerHandle>]>([
    ['2026-07-28', modernServer],
    ['2025 with sessions', sessionServer],
    ['HTTP+SSE', sseServer],
  ])('%s: is on every request to the endpoint, and on nothing else', async (_, open) => {
    const authorization = keep(await authorizationServer());
    const server = keep(await open({ authorizationServers: [authorization] }));
    const { person, script } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl } } }));
    expect((await person(LIST)).exit).toBe(0);
    const metadata = server.log.filter(({ path }) => path.startsWith('/.well-known/'));
    expect(metadata.length).toBeGreaterThan(0);
    for (const hit of metadata) expect(hit.headers.authorization).toBeUndefined();
    expect(authorization.log.filter(bearer)).toEqual([]);
    server.log.splice(0);
    expect((await script(['tools', 'call', 'echo', 'text=x'])).exit).toBe(0);
    expect(bearers(server)).toHaveLength(server.log.length);
    // Never in a query (RFC 6750 section 2.3 and MCP authorization, Token Requirements).
    const token = server.log[0]?.headers.authorization?.slice('Bearer '.length) ?? '?';
    for (const { params } of server.log) expect(JSON.stringify(params)).not.toContain(token);
  });

  test.each([301, 302, 307, 308])('does not follow a %i to another origin', async (status) => {
    const other = await elsewhere();
    const { server, person, script } = await scene({ entry: { headers: { 'X-Api-Key': KEYED } } });
    expect((await person(LIST)).exit).toBe(0);
    server.intercept = fault('/mcp', (response) => redirect(response, `${other.url}/mcp`, status));
    const result = await script(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result).server).toBe('notes');
    expect(other.log).toEqual([]);
  });

  test('does not go to an HTTP+SSE endpoint on another origin', async () => {
    const other = await elsewhere();
    const { server, person, script } = await scene({ entry: { headers: { 'X-Api-Key': KEYED } } });
    expect((await person(LIST)).exit).toBe(0);
    server.intercept = (hit, response) => {
      if (hit.method === 'GET') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`event: endpoint\ndata: ${other.url}/messages\n\n`);
      } else response.writeHead(405).end();
      return true;
    };
    const result = await script(LIST);
    expect(result.exit).toBe(7);
    expect(errorOf(result)).toMatchObject({ code: 'invalid_answer', server: 'notes' });
    expect(other.log).toEqual([]);
  });

  test('follows a 308 on the same origin', async () => {
    const { server, person, script } = await scene();
    expect((await person(LIST)).exit).toBe(0);
    const config = configFile({ mcpServers: { notes: { url: `${server.url}/moved` } } });
    server.intercept = fault('/moved', (response) => redirect(response, server.mcpUrl, 308));
    const result = await desk(config).script(LIST, {
      env: { MCP_CLI_TOKEN_NOTES: 'a-token-from-outside-01' },
    });
    expect(result.exit).toBe(4);
    expect(server.log.at(-1)).toMatchObject({ path: '/mcp', headers: { authorization: expect.any(String) } });
    expect((await script(LIST)).exit).toBe(0);
  });

  test('of one server does not go to another', async () => {
    const other = keep(await modernServer());
    const { person, script } = await scene({ others: { other: { url: other.mcpUrl } } });
    expect((await person('tools list notes')).exit).toBe(0);
    expect((await script('tools list --server notes,other --json')).exit).toBe(0);
    expect(other.log.length).toBeGreaterThan(0);
    expect(bearers(other)).toEqual([]);
  });
});

const bearer = ({ headers }: Hit) => /^bearer/i.test(headers.authorization ?? '');

describe('the headers of an entry', () => {
  test('go to the MCP endpoint, and to no authorization server or metadata elsewhere', async () => {
    const { authorization, server, person } = await scene({ entry: { headers: { 'X-Api-Key': KEYED } } });
    const metadata = keep(
      await listen((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ resource: server.mcpUrl, authorization_servers: [authorization.issuer] }),
        );
      }),
    );
    server.protection.challenge = 'without-metadata';
    server.protection.challengeExtra = `resource_metadata="${metadata.url}/there"`;
    server.protection.metadataAt = 'nowhere';
    authorization.behaviour.defaultScope = 'mcp:read';
    const result = await person(LIST);
    expect(result).toMatchObject({ exit: 0 });
    expect(metadata.count('/there')).toBe(1);
    const endpoint = server.log.filter(({ path }) => path === '/mcp');
    expect(endpoint.every(({ headers }) => headers['x-api-key'] === KEYED)).toBe(true);
    expect([...keyed(metadata), ...keyed(authorization)]).toEqual([]);
  });

  test('do not replace the token of a sign-in, nor what the protocol itself says', async () => {
    const headers = {
      'X-Api-Key': KEYED,
      'Content-Type': 'text/plain',
      'MCP-Protocol-Version': '1999-01-01',
    };
    const { server, person } = await scene({ entry: { headers } });
    expect((await person(LIST)).exit).toBe(0);
    const last = server.log.at(-1);
    expect(last?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer ./),
      'content-type': 'application/json',
      'x-api-key': KEYED,
    });
    expect(last?.headers['mcp-protocol-version']).not.toBe('1999-01-01');
  });
});

const OUTSIDE = 'a-token-from-outside-0123456789';

describe('a token from outside', () => {
  const ways: [string, object, Record<string, string>, string][] = [
    ['MCP_CLI_TOKEN_NOTES', {}, { MCP_CLI_TOKEN_NOTES: OUTSIDE }, 'MCP_CLI_TOKEN_NOTES'],
    ['bearer_token_env', { bearer_token_env: 'NOTES_TOKEN' }, { NOTES_TOKEN: OUTSIDE }, 'NOTES_TOKEN'],
    [
      'a configured header',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: expanded by the program
      { headers: { authorization: 'Bearer ${NOTES_TOKEN}' } },
      { NOTES_TOKEN: OUTSIDE },
      'mcpServers.notes.headers.authorization',
    ],
  ];

  test.each(ways)('in %s beats what is stored, and starts no OAuth', async (_, entry, env) => {
    const { authorization, server, home, person } = await scene();
    expect((await person(LIST)).exit).toBe(0);
    const open = keep(await modernServer());
    for (const url of [server.mcpUrl, open.mcpUrl]) {
      authorization.log.splice(0);
      server.log.splice(0);
      const there = desk(configFile({ mcpServers: { notes: { url, ...entry } } }), home);
      const result = await there.person(LIST, { env, browser: idleBrowser() });
      expect(result.exit).toBe(url === open.mcpUrl ? 0 : 4);
      const { log } = url === open.mcpUrl ? open : server;
      expect(new Set(log.map(({ headers }) => headers.authorization))).toEqual(
        new Set([`Bearer ${OUTSIDE}`]),
      );
      expect(authorization.log).toEqual([]);
      expect(log.filter(({ path }) => path !== '/mcp')).toEqual([]);
    }
  });

  test.each(ways)('in %s that is refused is exit 4 and named', async (_, entry, env, source) => {
    const { home, person, script } = await scene({ entry });
    for (const who of [person, script]) {
      const result = await who(LIST, { env, browser: idleBrowser() });
      expect(result.exit).toBe(4);
      expect(errorOf(result)).toMatchObject({
        code: 'token_rejected',
        message: expect.stringContaining(source),
        hint: expect.stringContaining(source),
        server: 'notes',
      });
    }
    expect((await desk(configFile({ mcpServers: {} }), home).script('auth list')).stdout).toContain(
      'Nothing',
    );
  });

  test('that lacks a scope is exit 4, named with the scope', async () => {
    const { server, script } = await scene();
    server.intercept = fault('/mcp', (response) => {
      response.setHeader('www-authenticate', 'Bearer error="insufficient_scope", scope="mcp:admin"');
      response.writeHead(403).end();
    });
    const result = await script(LIST, { env: { MCP_CLI_TOKEN_NOTES: OUTSIDE } });
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'insufficient_scope',
      message: expect.stringMatching(/mcp:admin.*MCP_CLI_TOKEN_NOTES/),
    });
  });

  const bad = [`${OUTSIDE}\r\nX-Evil: 1`, `${OUTSIDE}é`, `${OUTSIDE}\u001b[31m`];
  test.each(ways)('in %s with what no token may have is refused before anything is sent', async (...way) => {
    const [, entry, env, source] = way;
    const { server, script } = await scene({ entry });
    for (const token of bad) {
      const changed = Object.fromEntries(Object.keys(env).map((name) => [name, token]));
      const result = await script(LIST, { env: changed });
      expect(result.exit).toBe(3);
      expect(errorOf(result).message).toContain(source);
    }
    expect(server.log).toEqual([]);
  });

  test('goes to its own server only', async () => {
    const other = keep(await modernServer());
    const { script } = await scene({ others: { other: { url: other.mcpUrl } } });
    const result = await script('tools list --server other --json', {
      env: { MCP_CLI_TOKEN_NOTES: OUTSIDE },
    });
    expect(result.exit).toBe(0);
    expect(bearers(other)).toEqual([]);
  });
});
