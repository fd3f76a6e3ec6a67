// Sessions and connections that end before the work does.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { empty, html } from '../support/faults.ts';
import { featureServer } from '../support/feature-server.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const LIST = 'tools list --json';
const ECHO = ['tools', 'call', 'echo', 'text=still here'];

const method = ({ json }: Hit) => (json as { method?: string } | undefined)?.method;

/** Does something once, just before the server sees a request of this method. */
function onceBefore(server: McpServerHandle, name: string, act: () => unknown): void {
  server.intercept = async (hit) => {
    if (method(hit) !== name) return false;
    server.intercept = undefined;
    await act();
    return false;
  };
}

/** Signed in to a server of this kind. */
async function at(open: typeof sessionServer | typeof modernServer, entry: object = {}) {
  const authorization = keep(await authorizationServer());
  const server = keep(await open({ authorizationServers: [authorization] }));
  const made = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, ...entry } } }));
  expect((await made.person(LIST)).exit).toBe(0);
  server.log.splice(0);
  authorization.log.splice(0);
  return { authorization, server, ...made };
}

describe('a session that the server has lost', () => {
  test('is opened again, and the call completes', async () => {
    const { authorization, server, script } = await at(sessionServer);
    onceBefore(server, 'tools/call', () => server.loseSessions());
    const result = await script(ECHO);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout).toContain('still here');
    expect(server.calls('initialize')).toBe(2);
    expect(server.calls('tools/call')).toBe(2);
    expect(authorization.log).toEqual([]);
  });

  test('and says 401 without a challenge: opened again without a sign-in', async () => {
    const server = keep(await featureServer());
    const { person, script } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl } } }));
    expect((await person(LIST)).exit).toBe(0);
    const tokens = server.authorization.count('/token');
    server.log.splice(0);
    onceBefore(server, 'tools/call', () => server.loseSessions());
    const result = await script(ECHO);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout).toContain('still here');
    expect(server.calls('initialize')).toBe(2);
    expect(server.authorization.count('/token')).toBe(tokens);
  });

  test('again and again: one new session, then it is told', async () => {
    const { server, script } = await at(sessionServer);
    server.intercept = async (hit) => {
      if (method(hit) === 'tools/list') await server.loseSessions();
      return false;
    };
    const result = await script(LIST);
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({ code: 'session_lost', server: 'notes' });
    expect(server.calls('initialize')).toBe(2);
  });
});

describe('the end of a session', () => {
  test('is told to the server, with its token', async () => {
    const { server, script } = await at(sessionServer);
    await script(LIST);
    const last = server.log.at(-1);
    expect(last?.method).toBe('DELETE');
    expect(last?.headers['mcp-session-id']).toMatch(/./);
    expect(last?.headers.authorization).toMatch(/^Bearer ./);
  });

  test.each([405, 401, 404, 500])('may be answered %i: the result is there all the same', async (status) => {
    const { authorization, server, script } = await at(sessionServer);
    server.intercept = (hit, response) => {
      if (hit.method !== 'DELETE') return false;
      response.writeHead(status).end();
      return true;
    };
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect(server.log.filter((hit) => hit.method === 'DELETE')).toHaveLength(1);
    expect(authorization.log).toEqual([]);
  });

  test('that is never answered does not hold up the result', async () => {
    const { server, script } = await at(sessionServer);
    server.intercept = (hit) => hit.method === 'DELETE';
    const start = performance.now();
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('where there was none is not told', async () => {
    const { server, script } = await at(modernServer, { protocol: 'legacy' });
    await script(LIST);
    expect(server.log.every((hit) => hit.method === 'POST')).toBe(true);
  });
});

/** Sends the head of an event stream and one progress message, and then nothing more. */
function cutStream(server: McpServerHandle, id?: string): void {
  server.intercept = (hit, response) => {
    if (method(hit) !== 'tools/call') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n`,
    );
    setTimeout(() => response.destroy(), 20);
    return true;
  };
}

describe('an answer that is cut off', () => {
  test.each<[string, typeof sessionServer | typeof modernServer, object]>([
    ['2026-07-28', modernServer, {}],
    ['2025 with sessions', sessionServer, { protocol: 'legacy' }],
  ])('%s: is told at once, and the call is not repeated', async (_, open, entry) => {
    const { server, script } = await at(open, entry);
    cutStream(server);
    const start = performance.now();
    const result = await script([...ECHO, '--json']);
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({ code: 'closed', server: 'notes' });
    // Nobody knows whether the tool has run.
    expect(server.calls('tools/call')).toBe(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('is read on where the server says how', async () => {
    const { server, script } = await at(sessionServer, { protocol: 'legacy' });
    let call: unknown;
    cutStream(server, 'event-1');
    const cutting = server.intercept;
    server.intercept = (hit, response) => {
      if (method(hit) === 'tools/call') call = (hit.json as { id: unknown }).id;
      if (hit.method !== 'GET' || !hit.headers['last-event-id']) return cutting?.(hit, response) ?? false;
      const result = { content: [{ type: 'text', text: 'read on' }] };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`id: event-2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: call, result })}\n\n`);
      return true;
    };
    const result = await script(ECHO);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout).toContain('read on');
    const read = server.log.flatMap(({ headers }) => headers['last-event-id'] ?? []);
    expect(read).toEqual(['event-1']);
    expect(server.calls('tools/call')).toBe(1);
  });

  test('HTTP+SSE: is told at once', async () => {
    const { server, script } = await at(sseServer);
    onceBefore(server, 'tools/call', () => {
      setTimeout(() => void server.loseSessions(), 50);
    });
    const start = performance.now();
    const result = await script(['tools', 'call', 'slow', 'steps:=1000', 'pause:=50', '--json']);
    expect(result.exit).toBe(5);
    expect(errorOf(result)).toMatchObject({ code: 'closed', server: 'notes' });
    expect(server.calls('tools/call')).toBe(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

test.each(['/mcp', '/sse'])('a server at %s that is not there is exit 5', async (path) => {
  const gone = keep(await modernServer());
  await gone.close();
  const { script } = desk(configFile({ mcpServers: { notes: { url: `${gone.url}${path}` } } }));
  const result = await script(LIST);
  expect(result.exit).toBe(5);
  expect(errorOf(result)).toMatchObject({ code: 'refused', server: 'notes' });
});

describe('an endpoint that is no MCP today', () => {
  test.each([
    ['503 without a body', empty('/mcp', 503), 5, 'server_error'],
    ['502 with a page', html('/mcp', 502), 5, 'server_error'],
    ['429', empty('/mcp', 429), 5, 'server_error'],
    ['500', empty('/mcp', 500), 5, 'server_error'],
    ['a page with status 200', html('/mcp', 200), 7, 'not_mcp'],
    ['404 with a page', html('/mcp', 404), 7, 'not_mcp'],
  ])('%s', async (_, intercept, exit, code) => {
    const { authorization, server, script } = await at(sessionServer);
    server.intercept = intercept;
    const result = await script(LIST);
    expect({ exit: result.exit, code: errorOf(result).code }).toEqual({ exit, code });
    expect(errorOf(result).hint).toMatch(/./);
    // No sign-in was lost over it, and nobody was asked about it.
    expect(authorization.log).toEqual([]);
    server.intercept = undefined;
    expect((await script(LIST)).exit).toBe(0);
  });
});
