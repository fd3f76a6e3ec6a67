// A conversation of several lines, as the shell holds it: over the real wires, with sessions that the test plays.
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import type { Approval, Verdict } from '../../src/chat/approval.ts';
import { type ChatServer, openChat } from '../../src/chat/chat.ts';
import type { ChatEvent } from '../../src/chat/event.ts';
import { openWire } from '../../src/chat/open.ts';
import type { Fetch } from '../../src/deps.ts';
import { NetworkError } from '../../src/errors.ts';
import { fetchWithin as fetch } from '../../src/fetch.ts';
import type { Session } from '../../src/session/session.ts';
import { newHome } from '../support/home.ts';
import { type ModelServer, modelServer } from '../support/model-server.ts';
import { keep } from '../support/scene.ts';
import { PNG } from '../support/workbench.ts';

type Options = { provider?: 'openai' | 'anthropic'; servers?: ChatServer[]; verdict?: Verdict };

async function conversation(script: ModelServer['script'], options: Options = {}) {
  const { provider = 'openai', servers = [], verdict = 'once' } = options;
  const model = keep(await modelServer(script));
  const random = (bytes: number) => new Uint8Array(bytes).fill(7);
  const wire = keep(
    await openWire({
      deps: { fetch: fetch as unknown as Fetch, env: {}, now: Date.now },
      service: {
        provider,
        kind: provider,
        baseUrl: provider === 'openai' ? model.base : model.url,
        model: 'm',
        key: 'none',
      },
      model: 'm',
      key: undefined,
      variable: undefined,
      caFiles: [],
      certificate: undefined,
      timeout: 5000,
    }),
  );
  const events: ChatEvent[] = [];
  const asked: Approval[] = [];
  const chat = openChat({
    deps: { home: newHome(), platform: process.platform, random },
    wire,
    servers: () => servers,
    mode: 'smart',
    approve: async (question) => {
      asked.push(question);
      return verdict;
    },
    filter: { include: [], exclude: [] },
    maxTurns: 10,
    system: undefined,
  });
  const send = (line: string, signal = new AbortController().signal) =>
    chat.send(line, (event) => void events.push(event), signal);
  const said = () =>
    model.asked.at(-1)?.messages.map(({ role, content }) => `${role}: ${JSON.stringify(content)}`) ?? [];
  return { chat, model, wire, events, asked, send, said };
}

function served(
  server: string,
  name: string,
  call: (signal: AbortSignal) => Promise<CallToolResult>,
): ChatServer {
  const tool: Tool = { name, inputSchema: { type: 'object' } };
  const session = {
    server,
    listTools: async () => [tool],
    callTool: (_: string, __: object, { signal }: { signal: AbortSignal }) => call(signal),
  };
  return { session: session as unknown as Session, address: `https://${server}/mcp` };
}
const saying = (text: string) => async () => ({ content: [{ type: 'text' as const, text }] });

test('a line is answered with all that was said before, and what it costs is counted', async () => {
  const { chat, send, said, wire, events } = await conversation([
    { text: 'one', usage: [7, 2] },
    { text: 'two', usage: [9, 3] },
  ]);
  expect(await send('first')).toMatchObject({
    text: 'one',
    stop: 'end',
    turns: 1,
    usage: { input: 7, output: 2 },
  });
  await send('second');
  expect(said().slice(1)).toEqual(['user: "first"', 'assistant: "one"', 'user: "second"']);
  expect(chat.usage).toEqual({ input: 16, output: 5 });
  expect(events.at(-1)).toEqual({
    type: 'usage',
    turn: { input: 9, output: 3 },
    all: { input: 16, output: 5 },
  });
  expect(await wire.models(new AbortController().signal)).toEqual(['model-a', 'model-b']);
});

test('a line to which nothing was said is as if it had not been typed, and its files wait for the next', async () => {
  const { chat, send, said } = await conversation([{ status: 500 }, { text: 'now' }]);
  chat.attachments = [{ name: 'a.txt', text: 'inside' }];
  await expect(send('first')).rejects.toMatchObject({ code: 'model_failed' });
  expect(chat.messages).toEqual([]);
  expect(chat.attachments).toHaveLength(1);
  await send('second');
  expect(said().slice(1)).toEqual([expect.stringMatching(/a\.txt.*inside.*second/)]);
  expect(chat.attachments).toEqual([]);
});

test('what came before an answer broke off stays in the conversation', async () => {
  const { send, said } = await conversation([{ text: ['half', ' of'], ends: 'break' }, { text: 'whole' }]);
  await expect(send('first')).rejects.toMatchObject({ code: 'broken_stream', exit: 5 });
  await send('go on');
  expect(said().slice(1)).toEqual(['user: "first"', 'assistant: "half of"', 'user: "go on"']);
});

test('half a character at the end of a piece waits for its other half', async () => {
  const { send, events } = await conversation([{ text: ['a\ud83d', '\ude00b\u001b', '[2Jc'] }]);
  expect((await send('x')).text).toBe('a😀b\u001b[2Jc');
  expect(events.flatMap((event) => (event.type === 'text' ? event.text : []))).toEqual(['a', '😀b', '[2Jc']);
});

test.each(['openai', 'anthropic'] as const)(
  'a call that is interrupted has an answer all the same (%s)',
  async (provider) => {
    const stop = new AbortController();
    const endless = served('slow', 'wait', (signal) => {
      setImmediate(() => stop.abort());
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const calls = [
      { name: 'wait', arguments: {} },
      { name: 'wait', arguments: {} },
    ];
    const { chat, send, model } = await conversation([{ calls }, { text: 'fine' }], {
      provider,
      servers: [endless],
    });
    await expect(send('go', stop.signal)).rejects.toBeDefined();
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(chat.messages[2]).toMatchObject({
      answers: [{ text: 'Not called: the answer was stopped.' }, {}],
    });
    expect(await send('and now?')).toMatchObject({ text: 'fine' });
    expect(JSON.stringify(model.asked[1]).match(/the answer was stopped/g)).toHaveLength(2);
  },
);

describe('an image that a tool answers', () => {
  const picture = served('art', 'draw', async () => ({
    content: [{ type: 'image', mimeType: 'image/png', data: PNG }],
  }));
  const script = (): ModelServer['script'] => [
    { calls: [{ name: 'draw', arguments: {} }] },
    { text: 'Nice.' },
  ];

  test('goes to a model that takes it there, and is named to others', async () => {
    const anthropic = await conversation(script(), { provider: 'anthropic', servers: [picture] });
    await anthropic.send('x');
    expect(JSON.stringify(anthropic.model.asked[1])).toContain(`"data":"${PNG}"`);
    const openai = await conversation(script(), { servers: [picture] });
    await openai.send('x');
    const told = JSON.stringify(openai.model.asked[1]);
    expect(told).not.toContain(PNG);
    expect(told).toContain('[image image/png, 70 bytes]');
  });
});

test('a server that is away is told, and the others are used', async () => {
  const away = served('away', 'gone', saying(''));
  away.session.listTools = async () => {
    throw new NetworkError('refused', 'it is away', { hint: 'wait' });
  };
  const { send, events, model } = await conversation([{ text: 'ok' }], {
    servers: [away, served('here', 'look', saying('x'))],
  });
  await send('x');
  expect(events).toContainEqual({ type: 'warning', text: 'away has no tools to give: it is away' });
  expect(model.asked[0]?.tools).toHaveLength(1);
});

test('what another server said is recognised in a conversation that was read from a file', async () => {
  const words = 'The vault opens with seven turns to the left.';
  const carry = { calls: [{ name: 'send', arguments: { body: words } }] };
  const { chat, send, asked } = await conversation([carry, { text: 'ok' }, carry, { text: 'ok' }], {
    servers: [served('mail', 'send', saying('sent'))],
    verdict: 'session',
  });
  await send('hello');
  const call = { id: 'c1', name: 'wiki__read', arguments: '{}' };
  const answer = {
    id: 'c1',
    name: 'wiki__read',
    server: 'wiki',
    tool: 'read',
    text: words,
    images: [],
    isError: false,
    mark: 'x',
  };
  chat.messages = [
    { role: 'user', text: `I have typed: ${words}`, attachments: [] },
    { role: 'assistant', text: '', calls: [call] },
    { role: 'tool', answers: [answer] },
  ];
  await send('send it');
  expect(asked.map(({ reason, from }) => [reason, from])).toEqual([
    ['new', []],
    ['carried', ['wiki']],
  ]);
});
