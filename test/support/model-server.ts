// A model: it speaks the chat completions of OpenAI and the messages of Anthropic, and says what the test wrote for it.
import type { ServerResponse } from 'node:http';
import { answer, type Hit, type Loopback, listen, type Tls } from './loopback.ts';

type Called = { name: string; arguments: object | string; id?: string };

/** What a model says to one request. */
export type Said =
  /** `text` in these pieces; then calls, their arguments split over several pieces. `stop` in the wire's own word. */
  | { text?: string | string[]; calls?: Called[]; usage?: [number, number]; stop?: string }
  | { refusal: string }
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** These pieces, and then the connection breaks, falls silent, or the stream carries an error. */
  | { text: string | string[]; ends: 'break' | 'silence' | { error: object } }
  /** Events as they are. */
  | { raw: string; type?: string };

export type ModelServer = Loopback & {
  /** For `--api-base`. */
  base: string;
  /** What is said next, in order; a request beyond it is answered with 500. */
  script: (Said | ((body: Asked) => Said))[];
  /** The bodies of all questions. */
  asked: Asked[];
};

/** The body of a question, of either wire. */
export type Asked = {
  model: string;
  system?: string;
  messages: { role: string; content: unknown; tool_calls?: unknown[]; tool_call_id?: string }[];
  tools?: {
    name: string;
    input_schema: object;
    function: { name: string; parameters: object; description: string };
  }[];
} & Record<string, unknown>;

export async function modelServer(
  script: ModelServer['script'] = [],
  tls: Tls = false,
): Promise<ModelServer> {
  const server: ModelServer = Object.assign(
    await listen(
      (_request, response, hit) => {
        if (hit.method === 'GET' && hit.path === '/v1/models')
          return answer(response, 200, { object: 'list', data: [{ id: 'model-b' }, { id: 'model-a' }] });
        const anthropic = hit.path === '/v1/messages';
        if (!anthropic && hit.path !== '/v1/chat/completions')
          return answer(response, 404, 'Not Found', 'text/plain');
        server.asked.push(hit.json as Asked);
        const next = server.script.shift();
        if (next === undefined) return answer(response, 500, { error: { message: 'the test says no more' } });
        return speak(typeof next === 'function' ? next(hit.json as Asked) : next, anthropic, response, hit);
      },
      { tls },
    ),
    { base: '', script, asked: [] as Asked[] },
  );
  server.base = `${server.url}/v1`;
  return server;
}

function speak(said: Said, anthropic: boolean, response: ServerResponse, hit: Hit): void {
  if ('status' in said) {
    for (const [name, value] of Object.entries(said.headers ?? {})) response.setHeader(name, value);
    answer(response, said.status, said.body ?? { error: { message: 'no', type: 'some_error' } });
    return;
  }
  response.writeHead(200, {
    'content-type': ('raw' in said && said.type) || 'text/event-stream; charset=utf-8',
  });
  if ('raw' in said) return void response.end(said.raw);
  const send = (event: Event) =>
    response.write(`${anthropic ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
  const { events, last } = anthropic ? messagesOf(said) : completionOf(said, hit);
  for (const event of events) send(event);
  if (!('ends' in said)) {
    for (const event of last) send(event);
    return void response.end(anthropic ? '' : 'data: [DONE]\n\n');
  }
  if (said.ends === 'silence') return;
  if (said.ends === 'break') return void setImmediate(() => response.destroy());
  const { error } = said.ends;
  send(anthropic ? { type: 'error', error } : { error });
  response.end();
}

type Event = { type?: string } & Record<string, unknown>;
type Events = { events: Event[]; last: Event[] };
type Spoken = Exclude<Said, { status: number } | { raw: string }>;

const pieces = (text: string | string[] = []) => [text].flat();
const textOf = (call: Called) =>
  typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
/** In three pieces, wherever that is. */
const split = (text: string) => [text.slice(0, 3), text.slice(3, 8), text.slice(8)];

function completionOf(said: Spoken, { json }: Hit): Events {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: (json as Asked).model,
    choices: [{ index: 0, delta, finish_reason }],
  });
  if ('refusal' in said)
    return { events: split(said.refusal).map((refusal) => chunk({ refusal })), last: [chunk({}, 'stop')] };
  const calls = ('calls' in said && said.calls) || [];
  const heads = calls.map(({ name, id }, index) =>
    chunk({
      tool_calls: [{ index, id: id ?? `call_${index}`, type: 'function', function: { name, arguments: '' } }],
    }),
  );
  // Piece by piece, the calls in between each other.
  const bodies = [0, 1, 2].flatMap((part) =>
    calls.map((call, index) =>
      chunk({ tool_calls: [{ index, function: { arguments: split(textOf(call))[part] } }] }),
    ),
  );
  const [prompt_tokens, completion_tokens] = ('usage' in said && said.usage) || [10, 5];
  const stop = ('stop' in said && said.stop) || (calls.length > 0 ? 'tool_calls' : 'stop');
  return {
    events: [
      chunk({ role: 'assistant', content: '' }),
      ...pieces(said.text).map((content) => chunk({ content })),
      ...heads,
      ...bodies,
    ],
    last: [
      chunk({}, stop),
      { ...chunk({}), choices: [], usage: { prompt_tokens, completion_tokens, total_tokens: 15 } },
    ],
  };
}

function messagesOf(said: Spoken): Events {
  const calls = ('calls' in said && said.calls) || [];
  const text = 'refusal' in said ? said.refusal : said.text;
  const [input_tokens, output_tokens] = ('usage' in said && said.usage) || [10, 5];
  const refused = 'refusal' in said ? 'refusal' : undefined;
  const stop_reason =
    refused ?? (('stop' in said && said.stop) || (calls.length > 0 ? 'tool_use' : 'end_turn'));
  const block = (index: number, content_block: object, deltas: object[]) => [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
  const spoken = pieces(text).map((each) => ({ type: 'text_delta', text: each }));
  return {
    events: [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          content: [],
          model: 'm',
          stop_reason: null,
          usage: { input_tokens, output_tokens: 1 },
        },
      },
      { type: 'ping' },
      ...block(0, { type: 'text', text: '' }, spoken),
      ...calls.flatMap((call, at) =>
        block(
          at + 1,
          { type: 'tool_use', id: call.id ?? `toolu_${at}`, name: call.name, input: {} },
          split(textOf(call)).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
        ),
      ),
    ],
    last: [
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } },
      { type: 'message_stop' },
    ],
  };
}
