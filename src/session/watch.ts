// What the answers of an MCP server say about the token, read before the SDK reads less of it.

import { SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import { type Challenge, parseChallenge } from '../auth/challenge.ts';
import type { Fetch } from '../deps.ts';
import type { ProtocolError } from '../errors.ts';
import { Headers } from '../headers.ts';
import { answer } from '../response.ts';
import { refusalOfBody } from './relay.ts';
import { unaskedStream } from './unasked.ts';

export type HttpKind = 'streamable' | 'sse';

/** What a refusal said: the SDK reads challenges less carefully than we do. */
export type Refusal = {
  status: number;
  challenge: Challenge | undefined;
  /** What the refused request carried. By now the bearer may have another one, which nobody has refused. */
  token: string | undefined;
};

type Watch = {
  fetch: Fetch;
  refusalOf(response: Response): Refusal | undefined;
  /** Undefined until a request was refused. */
  lastRefusal(): Refusal | undefined;
  /** Why the last request that got no answer got none. */
  lastFailure(): unknown;
  /** Why the last answer was not read to its end, if that was our doing. */
  lastBreak(): ProtocolError | undefined;
  /** From now on the server can send what nobody asked for: questions. */
  listen(): Promise<void>;
  /** Whether the server opened the stream of unasked-for messages; it may never be told. */
  stream: Promise<boolean>;
};

/** `unasked`: the stream of messages that answer nothing is wanted from the start, not only from `listen` on. */
export function watchAnswers(kind: HttpKind, bearer: Bearer, unasked: boolean): Watch {
  const refusals = new WeakMap<Response, Refusal>();
  let refusal: Refusal | undefined;
  let failure: unknown;
  let last: Response | undefined;
  let opened: (there: boolean) => void = () => {};
  const stream = new Promise<boolean>((resolve) => {
    opened = resolve;
  });
  const questions = unaskedStream(bearer.send);
  const fetch: Fetch = async (target, init) => {
    const headers = new Headers(init?.headers);
    // One that goes on where an answer was cut is asked for.
    const isStream = kind === 'streamable' && init?.method === 'GET' && !headers.has('last-event-id');
    if (isStream && !unasked) return questions.fetch(target, init);
    const response = await bearer.send(target, init).catch((error: unknown) => {
      failure = error;
      throw error;
    });
    last = response;
    if (isStream && response.status !== 401) opened(response.ok);
    if (response.ok) bearer.accepted();
    if (response.status === 401 || response.status === 403) {
      refusal = {
        status: response.status,
        challenge: parseChallenge(response.headers.get('www-authenticate')),
        token: bearerOf(headers),
      };
      refusals.set(response, refusal);
    }
    if (kind === 'sse' && init?.method === 'POST') await requireTaken(response);
    if (kind === 'streamable' && init?.method === 'POST' && response.ok && !asks(init.body))
      return withoutBody(response);
    return response;
  };
  return {
    fetch,
    refusalOf: (response) => refusals.get(response),
    lastRefusal: () => refusal,
    lastFailure: () => failure,
    lastBreak: () => last && refusalOfBody(last),
    listen: questions.open,
    stream,
  };
}

/** On the older transport the SDK would put the status into a text. It answers a 401 itself. */
async function requireTaken(response: Response): Promise<void> {
  const { ok, status, statusText } = response;
  if (ok || status === 401) return;
  await response.body?.cancel();
  throw new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `HTTP ${status}`, { status, statusText });
}

/** Whether a message wants an answer. */
function asks(body: unknown): boolean {
  if (typeof body !== 'string') return true;
  return [JSON.parse(body)].flat().some((message) => 'method' in message && 'id' in message);
}

/** What comes back for a notification says nothing; the SDK would read it to an end that need not come. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return answer(null, response);
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}
