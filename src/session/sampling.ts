// Servers that want a model's answer (`sampling/createMessage`), in both eras: the SDK hands over the requests of the older
// revisions and the `input_required` results of 2026-07-28 in the same way.

import {
  type Client,
  type CreateMessageRequest,
  ProtocolError as RpcError,
} from '@modelcontextprotocol/client';
import { AuthError, CliError, ProtocolError } from '../errors.ts';
import { MOST_QUESTIONS, tooManyQuestions } from './elicit.ts';
import type { Patience } from './patience.ts';

type SampleImage = { type: string; data: string };

export type SampleRequest = {
  /** The configured name of the server that asks. */
  server: string;
  system: string | undefined;
  messages: { role: 'user' | 'assistant'; text: string; images: SampleImage[] }[];
  /** Tokens of the answer. */
  maxTokens: number;
  stop: string[];
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
};

type Sampled = { model: string; text: string; stop: 'end' | 'length' | 'refusal' };

/** Undefined: the person does not want it. A CliError thrown here ends the call. */
export type Sample = (request: SampleRequest) => Promise<Sampled | undefined>;

/** What the program says of itself: neither tools nor what other servers said goes along. */
export const SAMPLING = { sampling: {} };

/** Characters, and messages: more is nothing that a person can look over. */
const LONGEST = 200_000;
const MOST_MESSAGES = 200;

const INTERNAL = -32603;
/** What a server of the older revisions is told (MCP sampling, Error Handling). */
const CODES: Record<string, [number, string]> = {
  sampling_refused: [-1, 'User rejected sampling request'],
  bad_sampling: [
    -32602,
    'neither tools nor anything but text and images, and no more than can be looked over',
  ],
};

export function answerSamples(client: Client, server: string, sample: Sample, patience: Patience): void {
  client.setRequestHandler('sampling/createMessage', async ({ params }, { mcpReq }) => {
    try {
      const request = requestOf(server, params);
      const sampled = await patience.aside((over) => {
        if (patience.questions() > MOST_QUESTIONS) throw tooManyQuestions(server);
        return sample({ ...request, signal: AbortSignal.any([mcpReq.signal, over]) });
      });
      if (!sampled) throw refused(server);
      const { model, text, stop } = sampled;
      return {
        model,
        role: 'assistant' as const,
        content: { type: 'text' as const, text },
        stopReason: stop === 'length' ? 'maxTokens' : 'endTurn',
      };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const [code, words] = CODES[error.code] ?? [INTERNAL, 'no answer'];
      // The older revisions can be told no, and go on; in 2026-07-28 there is no answer but an answer.
      if (code === INTERNAL || client.getDiscoverResult()) patience.fail(error);
      throw new RpcError(code, words);
    }
  });
}

function requestOf(server: string, params: CreateMessageRequest['params']): Omit<SampleRequest, 'signal'> {
  const { messages, systemPrompt, maxTokens, stopSequences = [], tools, toolChoice } = params;
  if (tools !== undefined || toolChoice !== undefined) throw unfit(server, 'it wants tools for it');
  const read = messages.map(({ role, content }) => {
    const blocks = [content].flat();
    const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
    const images = blocks.flatMap((block) =>
      block.type === 'image' ? [{ type: block.mimeType, data: block.data }] : [],
    );
    if (blocks.some(({ type }) => type !== 'text' && type !== 'image'))
      throw unfit(server, 'it is about more than text and images');
    return { role, text, images };
  });
  const size = read.reduce((sum, each) => sum + each.text.length, systemPrompt?.length ?? 0);
  if (size > LONGEST || read.length > MOST_MESSAGES || read.length === 0)
    throw unfit(server, 'it is too much, or nothing, to be looked over');
  return { server, system: systemPrompt, messages: read, maxTokens, stop: stopSequences.slice(0, 4) };
}

function unfit(server: string, why: string): ProtocolError {
  return new ProtocolError('bad_sampling', `${server} wants what a model is not asked for here: ${why}`, {
    hint: 'tell the operator of the server',
    server,
  });
}

function refused(server: string): AuthError {
  return new AuthError('sampling_refused', `${server} was given no answer of a model`, {
    hint: 'call it again, and allow that, if you want what it asks for',
    server,
  });
}
