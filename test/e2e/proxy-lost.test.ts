// `mcp-cli proxy` when the remote server loses sessions, answers, or its life.
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { piped } from '../support/bridge.ts';
import { cut } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { answer, type Hit } from '../support/loopback.ts';
import { addOlderQuestions } from '../support/questions.mjs';
import { desk, keep } from '../support/scene.ts';
import { sessionServer, sessionSurfaceServer } from '../support/session-server.ts';

const ECHO = { name: 'echo', arguments: { text: 'still here' } };
const methodOf = ({ json }: Hit) => (json as { method?: string } | undefined)?.method;

function at(url: string) {
  const config = configFile({ mcpServers: { notes: { url } } });
  return piped({ home: desk(config).home, config });
}

describe('a session that the server has lost', () => {
  test.each(['404', '400'])('is opened again, and the call goes through: %s', async (status) => {
    const levels = (it: McpServer) => it.server.setRequestHandler(SetLevelRequestSchema, async () => ({}));
    const server = keep(await sessionSurfaceServer({ tools: levels }));
    const client = at(server.mcpUrl);
    await client.greet();
    expect((await client.ask('resources/subscribe', { uri: 'memo://readme' })).result).toEqual({});
    expect((await client.ask('logging/setLevel', { level: 'info' })).result).toEqual({});
    if (status === '400')
      server.intercept = async (hit, response) => {
        if (methodOf(hit) !== 'tools/call') return false;
        server.intercept = undefined;
        await server.loseSessions();
        const error = { code: -32000, message: 'Bad Request: No valid session ID provided' };
        answer(response, 400, { jsonrpc: '2.0', error, id: null });
        return true;
      };
    else await server.loseSessions();
    expect((await client.ask('tools/call', ECHO)).result?.content).toEqual([
      { type: 'text', text: 'still here' },
    ]);
    expect(server.calls('initialize')).toBe(2);
    // The client is told to look anew, and is waited for as before.
    await client.heard(({ method }) => method === 'notifications/tools/list_changed');
    while (server.calls('resources/subscribe') < 2 || server.calls('logging/setLevel') < 2)
      await client.ask('ping');
    const updated = client.heard(({ method }) => method === 'notifications/resources/updated');
    await server.updated('memo://readme');
    expect((await updated).params).toMatchObject({ uri: 'memo://readme' });
  });

  test('again and again: the client is told', async () => {
    const server = keep(await sessionServer());
    const client = at(server.mcpUrl);
    await client.greet();
    server.intercept = async (hit) => {
      if (methodOf(hit) === 'tools/list') await server.loseSessions();
      return false;
    };
    expect((await client.ask('tools/list')).error).toMatchObject({ data: { code: 'session_lost' } });
    server.intercept = undefined;
    expect((await client.ask('tools/list')).result?.tools).toHaveLength(5);
  });
});

describe('an answer that never came', () => {
  test('a call of a tool is an error, and is not sent again', async () => {
    const server = keep(await sessionServer());
    const client = at(server.mcpUrl);
    await client.greet();
    server.intercept = (hit, response) => methodOf(hit) === 'tools/call' && cut('/mcp')(hit, response);
    const { error } = await client.ask('tools/call', ECHO);
    expect(error?.data?.code).toMatch(/closed|reset/);
    expect(server.calls('tools/call')).toBe(1);
  });

  test('is read on where the server gives its events ids', async () => {
    const server = keep(await sessionServer());
    const client = at(server.mcpUrl);
    await client.greet();
    let call: unknown;
    server.intercept = (hit, response) => {
      const events = { 'content-type': 'text/event-stream' };
      if (methodOf(hit) === 'tools/call') {
        call = (hit.json as { id: unknown }).id;
        response.writeHead(200, events);
        response.write('id: event-1\nretry: 10\ndata:\n\n', () => response.destroy());
        return true;
      }
      if (hit.method !== 'GET' || !hit.headers['last-event-id']) return false;
      response.writeHead(200, events);
      const answered = { jsonrpc: '2.0', id: call, result: { content: [], read: 'on' } };
      response.end(`id: event-2\ndata: ${JSON.stringify(answered)}\n\n`);
      return true;
    };
    expect((await client.ask('tools/call', ECHO)).result).toEqual({ content: [], read: 'on' });
    expect(server.log.flatMap(({ headers }) => headers['last-event-id'] ?? [])).toEqual(['event-1']);
    expect(server.calls('tools/call')).toBe(1);
  });

  test('a list is asked for once more', async () => {
    const server = keep(await sessionServer());
    const client = at(server.mcpUrl);
    await client.greet();
    server.intercept = (hit, response) => {
      if (methodOf(hit) !== 'tools/list') return false;
      server.intercept = undefined;
      return cut('/mcp')(hit, response);
    };
    expect((await client.ask('tools/list')).result?.tools).toHaveLength(5);
    expect(server.calls('tools/list')).toBe(2);
  });
});

test('a server that is killed under a call and started again', async () => {
  let called: () => void = () => {};
  const underWay = new Promise<void>((resolve) => {
    called = resolve;
  });
  const options = {
    tools: (it: McpServer) => addOlderQuestions(it, (word) => void (word === 'called' && called())),
  };
  const first = await sessionServer(options);
  const client = at(first.mcpUrl);
  await client.greet();
  const waiting = client.ask('tools/call', { name: 'deaf', arguments: {} });
  await underWay;
  await first.close();
  expect((await waiting).error?.data?.code).toMatch(/closed|reset/);
  // While it is down each request says so, and the bridge goes on.
  expect((await client.ask('tools/call', ECHO)).error?.data?.code).toMatch(/refused|reset/);
  const second = keep(await sessionServer({ ...options, port: first.port }));
  expect((await client.ask('tools/call', ECHO)).result?.content).toEqual([
    { type: 'text', text: 'still here' },
  ]);
  expect(second.calls('initialize')).toBe(1);
  expect(second.calls('tools/call')).toBeLessThanOrEqual(2);
  const names = second.log.flatMap(
    ({ json }) => (json as { params?: { name?: string } } | undefined)?.params?.name ?? [],
  );
  expect(names).not.toContain('deaf');
});
