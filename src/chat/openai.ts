// The chat completions of OpenAI, which most other services and local programs speak as well.
import type { OpenAI } from 'openai';
import type {
  ChatCompletionChunk,
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { CancelledError } from '../errors.ts';
import { type Guard, guarded, type Read, texts } from './guard.ts';
import type { Message } from './message.ts';
import { broken } from './network.ts';
import { notAModel } from './refusal.ts';
import type { Answer, Piece, Question, Wire, WireTool } from './wire.ts';
import { wrapped } from './wrap.ts';

type Param = ChatCompletionMessageParam;
type Calls = Map<number, { id: string; name: string; arguments: string }>;

/** More calls in one answer than any task needs. */
const MOST_CALLS = 64;

/** The SDK is loaded with the first question. */
export function openaiWire(baseUrl: string, guard: Guard): Pick<Wire, 'ask' | 'models'> {
  const { network, asked } = guard;
  const run = async <T>(signal: AbortSignal, work: (client: OpenAI) => Promise<T>): Promise<T> => {
    const sdk = await import('openai');
    const client = new sdk.OpenAI({
      baseURL: baseUrl,
      // Not the key: the network puts it on.
      apiKey: 'unused',
      // Those would be read from the environment, and what it logs be told on the console.
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
      maxRetries: 0,
      // The network keeps the time.
      timeout: 2 ** 31 - 1,
      fetch: network.fetch as typeof fetch,
    });
    const read: Read = (error) => {
      if (!(error instanceof sdk.APIError)) return undefined;
      const { status, code, type, headers } = error;
      const said = texts((error.error as { message?: unknown } | undefined)?.message)[0];
      return { status, codes: texts(code, type), said, headers };
    };
    return guarded(guard, signal, read, () => work(client));
  };
  return {
    ask: (question, told, signal) =>
      run(signal, async (client) => {
        const stream = await client.chat.completions.create(
          {
            model: asked.model,
            messages: messagesOf(question),
            ...(question.tools.length > 0 && { tools: question.tools.map(toolOf) }),
            ...limitsOf(question, asked.provider),
            stream: true,
            stream_options: { include_usage: true },
          },
          { signal },
        );
        return collect(stream, told, asked.origin, signal);
      }),
    models: (signal) =>
      run(signal, async (client) => {
        const { data } = await client.models.list({ signal });
        if (!Array.isArray(data)) throw notAModel(asked.origin, 'no list of models');
        return data.flatMap(({ id }) => texts(id)).sort();
      }),
  };
}

async function collect(
  stream: AsyncIterable<ChatCompletionChunk>,
  told: (piece: Piece) => void,
  origin: string,
  signal: AbortSignal,
): Promise<Answer> {
  const usage = { input: 0, output: 0 };
  const calls: Calls = new Map();
  let [text, refused, finish] = ['', '', ''];
  for await (const chunk of stream) {
    if (chunk.usage) {
      usage.input = count(chunk.usage.prompt_tokens);
      usage.output = count(chunk.usage.completion_tokens);
    }
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    const { content, refusal: no, tool_calls } = choice.delta ?? {};
    if (typeof content === 'string' && content !== '') {
      text += content;
      told({ type: 'text', text: content });
    }
    if (typeof no === 'string' && no !== '') {
      refused += no;
      told({ type: 'refusal', text: no });
    }
    for (const each of Array.isArray(tool_calls) ? tool_calls : []) grow(calls, each);
    finish = choice.finish_reason ?? finish;
  }
  if (signal.aborted) throw new CancelledError();
  if (finish === '') throw broken(origin);
  const stop = refused !== '' || finish === 'content_filter' ? 'refusal' : stopOf(finish, calls.size > 0);
  return { text: text + refused, calls: stop === 'calls' ? [...calls.values()] : [], usage, stop };
}

function stopOf(finish: string, called: boolean): Answer['stop'] {
  // A call that was cut off is no call.
  if (finish === 'length') return 'length';
  // Some services say `stop` where they mean `tool_calls`.
  return called ? 'calls' : 'end';
}

type Fragment = ChatCompletionChunk.Choice.Delta.ToolCall;

/** A call comes in pieces: its identifier and name first, then its arguments by and by. */
function grow(calls: Calls, { index, id, function: part }: Fragment): void {
  // Some services give no index, and each call whole.
  const at = Number.isInteger(index) ? index : calls.size;
  const call = calls.get(at) ?? { id: '', name: '', arguments: '' };
  if (!calls.has(at) && calls.size >= MOST_CALLS) return;
  if (typeof id === 'string' && id !== '') call.id = id;
  if (typeof part?.name === 'string') call.name += part.name;
  if (typeof part?.arguments === 'string') call.arguments += part.arguments;
  if (call.id === '') call.id = `call_${at}`;
  calls.set(at, call);
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

function toolOf({ name, description, parameters }: WireTool): ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters } };
}

/** Only OpenAI itself knows the newer name, and its newer models no other. */
function limitsOf({ limits }: Question, provider: string) {
  if (!limits) return {};
  const { maxTokens, stop } = limits;
  return {
    ...(provider === 'openai' ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(stop.length > 0 && { stop }),
  };
}

function messagesOf({ system, messages }: Question): Param[] {
  return [{ role: 'system', content: system }, ...messages.flatMap(paramsOf)];
}

function paramsOf(message: Message): Param[] {
  switch (message.role) {
    case 'user': {
      if (message.attachments.length === 0) return [{ role: 'user', content: message.text }];
      const parts = message.attachments.map((each) =>
        'image' in each
          ? {
              type: 'image_url' as const,
              image_url: { url: `data:${each.image.type};base64,${each.image.data}` },
            }
          : { type: 'text' as const, text: `The file ${each.name}:\n${each.text}` },
      );
      return [{ role: 'user', content: [...parts, { type: 'text', text: message.text }] }];
    }
    case 'assistant': {
      const tool_calls = message.calls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: text },
      }));
      if (tool_calls.length === 0) return [{ role: 'assistant', content: message.text }];
      return [{ role: 'assistant', content: message.text === '' ? null : message.text, tool_calls }];
    }
    case 'tool':
      return message.answers.map((each) => ({
        role: 'tool',
        tool_call_id: each.id,
        content: wrapped(each),
      }));
  }
}
