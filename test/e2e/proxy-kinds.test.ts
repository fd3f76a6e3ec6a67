// `mcp-cli proxy` in front of servers of every kind, and what they ask of its client.
import type { McpServer } from '@modelcontextprotocol/server';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Piped, piped } from '../support/bridge.ts';
import { featureServer } from '../support/feature-server.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { addOlderQuestions } from '../support/questions.mjs';
import { desk, keep } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const ECHO = { name: 'echo', arguments: { text: 'hi' } };
const SAID = [{ type: 'text', text: 'hi' }];
const FORM = { message: 'Which?', requestedSchema: { type: 'object', properties: {} } };

function at(url: string, more: object = {}) {
  const config = configFile({ mcpServers: { notes: { url, ...more } } });
  const made = desk(config);
  return { ...made, config, client: () => piped({ home: made.home, config }) };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'piped', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} }, sampling: {}, roots: {} },
};

/** A request of 2026-07-28. */
const modern = (client: Piped, method: string, params: object = {}) =>
  client.ask(method, { ...params, _meta: META });

test('HTTP+SSE: calls, and questions on the one stream', async () => {
  const server = keep(await sseServer({ tools: (it) => addOlderQuestions(it) }));
  const client = at(server.mcpUrl).client();
  expect((await client.greet()).result).toMatchObject({ serverInfo: { name: expect.any(String) } });
  expect((await client.ask('tools/list')).result?.tools).toHaveLength(4);
  const asking = client.ask('tools/call', { name: 'ask-beside', arguments: { questions: [FORM] } });
  const question = await client.heard(({ method }) => method === 'elicitation/create');
  expect(question.params).toMatchObject({ message: 'Which?' });
  client.send({ id: question.id, result: { action: 'decline' } });
  expect((await asking).result?.content).toEqual([{ type: 'text', text: '[{"action":"decline"}]' }]);
});

test('a server whose lost sessions look like a missing sign-in', async () => {
  const server = keep(await featureServer());
  const { person, client: start } = at(server.mcpUrl);
  expect((await person('auth login notes')).exit).toBe(0);
  const client = start();
  await client.greet();
  await server.loseSessions();
  expect((await client.ask('tools/call', ECHO)).result?.content).toEqual(SAID);
  expect(server.calls('initialize')).toBe(2);
});

/** A tool that asks a model, and for roots, at a server with sessions. */
async function curiousServer() {
  return keep(
    await sessionServer({
      tools: (it) =>
        it.registerTool('curious', { inputSchema: {} }, async (_, extra) => {
          const params = { messages: [], maxTokens: 5 };
          const sampled = await extra.sendRequest({ method: 'sampling/createMessage', params }, z.any());
          const roots = await extra.sendRequest({ method: 'roots/list' }, z.any());
          return { content: [{ type: 'text', text: JSON.stringify([sampled, roots]) }] };
        }),
    }),
  );
}

const SAMPLED = { role: 'assistant', model: 'm', content: { type: 'text', text: 'yes' }, 'x-more': 1 };
const ROOTS = { roots: [{ uri: 'file:///a' }] };

describe('a server that asks a model, and for roots', () => {
  test('asks a client of its era', async () => {
    const server = await curiousServer();
    const client = at(server.mcpUrl).client();
    await client.greet();
    const calling = client.ask('tools/call', { name: 'curious', arguments: {} });
    const sampling = await client.heard(({ method }) => method === 'sampling/createMessage');
    expect(sampling.params).toEqual({ messages: [], maxTokens: 5 });
    client.send({ id: sampling.id, result: SAMPLED });
    const roots = await client.heard(({ method }) => method === 'roots/list');
    expect(roots.id).not.toBe(sampling.id);
    client.send({ id: roots.id, result: ROOTS });
    expect((await calling).result?.content).toEqual([
      { type: 'text', text: JSON.stringify([SAMPLED, ROOTS]) },
    ]);
  });

  test('gets the answers of one of 2026-07-28 by way of results', async () => {
    const server = await curiousServer();
    const client = at(server.mcpUrl).client();
    const { result: found } = await modern(client, 'server/discover');
    expect(found).toMatchObject({ resultType: 'complete', supportedVersions: ['2026-07-28'], ttlMs: 0 });
    const call = { name: 'curious', arguments: {} };
    const first = (await modern(client, 'tools/call', call)).result ?? {};
    expect(first).toMatchObject({
      resultType: 'input_required',
      inputRequests: { 'question-1': { method: 'sampling/createMessage' } },
    });
    const { requestState } = first;
    const inputResponses = { 'question-1': SAMPLED };
    const second =
      (await modern(client, 'tools/call', { ...call, requestState, inputResponses })).result ?? {};
    expect(second.inputRequests).toEqual({ 'question-2': { method: 'roots/list' } });
    const last = await modern(client, 'tools/call', {
      ...call,
      requestState: second.requestState,
      inputResponses: { 'question-2': ROOTS },
    });
    expect(last.result).toMatchObject({
      resultType: 'complete',
      content: [{ text: JSON.stringify([SAMPLED, ROOTS]) }],
    });
    expect(server.calls('tools/call')).toBe(1);
    expect((await modern(client, 'ping')).error?.code).toBe(-32601);
  });

  test('is refused what the client of 2026-07-28 did not say it can', async () => {
    const server = await curiousServer();
    const client = at(server.mcpUrl).client();
    const meta = { ...META, 'io.modelcontextprotocol/clientCapabilities': {} };
    const { result } = await client.ask('tools/call', { name: 'curious', arguments: {}, _meta: meta });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('not asked') }],
    });
  });
});

const SCHEMA = {
  type: 'object' as const,
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  required: ['region'],
};

test.each(['2025-11-25', '2026-07-28'])(
  'arguments that a tool wants in headers, from a client of %s',
  async (era) => {
    const register = (it: McpServer) =>
      it.registerTool('where', { inputSchema: fromJsonSchema(SCHEMA) }, async (args) => ({
        content: [{ type: 'text', text: JSON.stringify(args) }],
      }));
    const server = keep(await modernServer({ modernOnly: true, register }));
    const client = at(server.mcpUrl).client();
    if (era === '2025-11-25') await client.greet();
    const call = { name: 'where', arguments: { region: 'Zürich' } };
    const { result } =
      era === '2025-11-25' ? await client.ask('tools/call', call) : await modern(client, 'tools/call', call);
    expect(result?.content).toEqual([{ type: 'text', text: '{"region":"Zürich"}' }]);
    const sent = server.log.findLast(({ headers }) => headers['mcp-method'] === 'tools/call');
    expect(sent?.headers['mcp-param-region']).toBe(`=?base64?${Buffer.from('Zürich').toString('base64')}?=`);
  },
);

test('--protocol, or the entry, says which revision the server gets', async () => {
  const server = keep(await modernServer());
  const client = at(server.mcpUrl, { protocol: 'modern' }).client();
  expect((await client.greet()).result).toMatchObject({
    protocolVersion: '2025-11-25',
    instructions: 'Be kind',
  });
  expect(server.calls('initialize')).toBe(0);
  const { result } = await client.ask('tools/call', ECHO);
  expect(result?.content).toEqual(SAID);
  expect(result).not.toHaveProperty('resultType');
});
