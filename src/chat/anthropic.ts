// The messages of Anthropic.
import type { Anthropic } from '@anthropic-ai/sdk';
import { CancelledError } from '../errors.ts';
import { type JsonObject, parseObject } from '../json-object.ts';
import { isShallow } from '../session/depth.ts';
import { type Guard, guarded, type Read, texts } from './guard.ts';
import type { Image, Message } from './message.ts';
import { broken } from './network.ts';
import { type Asked, contextTooLong, notAModel } from './refusal.ts';
import type { Answer, Piece, Wire, WireTool } from './wire.ts';
import { wrapped } from './wrap.ts';

type Param = Anthropic.MessageParam;
type Block = { type: 'text' } | { type: 'tool_use'; id: string; name: string; arguments: string };

/** Tokens of one answer: what every current model may write. */
const LONGEST = 8192;
/** More calls in one answer than any task needs. */
const MOST_BLOCKS = 128;

/** The SDK is loaded with the first question. */
export function anthropicWire(baseUrl: string, guard: Guard): Pick<Wire, 'ask' | 'models'> {
  const { network, asked } = guard;
  const run = async <T>(signal: AbortSignal, work: (client: Anthropic) => Promise<T>): Promise<T> => {
    const sdk = await import('@anthropic-ai/sdk');
    const client = new sdk.Anthropic({
      baseURL: baseUrl,
      // Not the key: the network puts it on. Given, it keeps the SDK from looking for others on this machine.
      apiKey: 'unused',
      authToken: null,
      webhookKey: null,
      logLevel: 'off',
      openTelemetry: false,
      maxRetries: 0,
      // The network keeps the time.
      timeout: 2 ** 31 - 1,
      fetch: network.fetch as typeof fetch,
    });
    const read: Read = (error) => {
      if (!(error instanceof sdk.APIError)) return undefined;
      const { status, type, errorCode, apiMessage, headers } = error;
      return { status, codes: texts(type, errorCode), said: texts(apiMessage)[0], headers };
    };
    return guarded(guard, signal, read, () => work(client));
  };
  return {
    ask: ({ system, messages, tools, limits }, told, signal) =>
      run(signal, async (client) => {
        const stream = await client.messages.create(
          {
            model: asked.model,
            max_tokens: limits?.maxTokens ?? LONGEST,
            ...(limits && limits.stop.length > 0 && { stop_sequences: limits.stop }),
            system,
            messages: messages.flatMap(paramsOf),
            ...(tools.length > 0 && { tools: tools.map(toolOf) }),
            stream: true,
          },
          { signal },
        );
        return collect(stream, told, asked, signal);
      }),
    models: (signal) =>
      run(signal, async (client) => {
        const { data } = await client.models.list({ limit: 1000 }, { signal });
        if (!Array.isArray(data)) throw notAModel(asked.origin, 'no list of models');
        return data.flatMap(({ id }) => texts(id)).sort();
      }),
  };
}

function toolOf({ name, description, parameters }: WireTool): Anthropic.Tool {
  return { name, description, input_schema: parameters as Anthropic.Tool.InputSchema };
}

async function collect(
  stream: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  told: (piece: Piece) => void,
  asked: Asked,
  signal: AbortSignal,
): Promise<Answer> {
  const usage = { input: 0, output: 0 };
  const blocks = new Map<number, Block>();
  let [text, stopped, whole] = ['', '', false];
  const say = (more: unknown) => {
    if (typeof more !== 'string' || more === '') return;
    text += more;
    told({ type: 'text', text: more });
  };
  for await (const event of stream) {
    if (event.type === 'message_start') count(usage, event.message?.usage);
    else if (event.type === 'content_block_start' && blocks.size < MOST_BLOCKS) {
      const block = event.content_block;
      if (block?.type === 'tool_use')
        blocks.set(event.index, {
          type: 'tool_use',
          id: String(block.id),
          name: String(block.name),
          arguments: '',
        });
      else if (block?.type === 'text') say(block.text);
    } else if (event.type === 'content_block_delta') {
      const block = blocks.get(event.index);
      if (event.delta?.type === 'text_delta') say(event.delta.text);
      else if (event.delta?.type === 'input_json_delta' && block?.type === 'tool_use')
        block.arguments += String(event.delta.partial_json);
    } else if (event.type === 'message_delta') {
      count(usage, event.usage);
      stopped = event.delta?.stop_reason ?? stopped;
    } else if (event.type === 'message_stop') whole = true;
  }
  if (signal.aborted) throw new CancelledError();
  if (stopped === 'model_context_window_exceeded') throw contextTooLong(asked);
  if (!whole || stopped === '') throw broken(asked.origin);
  const calls = [...blocks.values()].flatMap((block) =>
    block.type === 'tool_use'
      ? // A tool without arguments gets none of these pieces.
        { id: block.id, name: block.name, arguments: block.arguments || '{}' }
      : [],
  );
  const stop = stopOf(stopped, calls.length > 0);
  return { text, calls: stop === 'calls' ? calls : [], usage, stop };
}

function stopOf(reason: string, called: boolean): Answer['stop'] {
  if (reason === 'refusal') return 'refusal';
  // A call that was cut off is no call.
  if (reason === 'max_tokens') return 'length';
  return called ? 'calls' : 'end';
}

function count(
  usage: Answer['usage'],
  told: { input_tokens?: unknown; output_tokens?: unknown } | undefined,
) {
  if (typeof told?.input_tokens === 'number') usage.input = Math.max(0, Math.floor(told.input_tokens));
  if (typeof told?.output_tokens === 'number') usage.output = Math.max(0, Math.floor(told.output_tokens));
}

function imageOf({ type, data }: Image): Anthropic.ImageBlockParam {
  return {
    type: 'image',
    source: { type: 'base64', media_type: type as Anthropic.Base64ImageSource['media_type'], data },
  };
}

function textOf(text: string): Anthropic.TextBlockParam[] {
  // An empty block is refused.
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

function paramsOf(message: Message): Param[] {
  switch (message.role) {
    case 'user': {
      const files = message.attachments.flatMap((each): Anthropic.ContentBlockParam[] =>
        'image' in each ? [imageOf(each.image)] : textOf(`The file ${each.name}:\n${each.text}`),
      );
      return content('user', [...files, ...textOf(message.text)]);
    }
    case 'assistant': {
      const calls = message.calls.map(({ id, name, arguments: text }) => ({
        type: 'tool_use' as const,
        id,
        name,
        input: inputOf(text),
      }));
      return content('assistant', [...textOf(message.text), ...calls]);
    }
    case 'tool':
      return content(
        'user',
        message.answers.map((each) => ({
          type: 'tool_result' as const,
          tool_use_id: each.id,
          is_error: each.isError,
          content: [...textOf(wrapped(each)), ...each.images.map(imageOf)],
        })),
      );
  }
}

/** What the model wrote goes back to it; what was no object, or too deep to be called with, goes back as none. */
function inputOf(text: string): JsonObject {
  const value = parseObject(text);
  return value && isShallow(value) ? value : {};
}

function content(role: 'user' | 'assistant', blocks: Anthropic.ContentBlockParam[]): Param[] {
  return blocks.length === 0 ? [] : [{ role, content: blocks } as Param];
}
