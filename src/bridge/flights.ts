// Requests of a client of 2026-07-28 at a server that asks in the middle of them.

import { randomUUID } from 'node:crypto';
import { CancelledError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { type Answer, METHOD_NOT_FOUND, type Params, type Request } from './message.ts';

/** The requests that may end with a question. */
const ASKING = new Set(['tools/call', 'prompts/get', 'resources/read']);

type Question = { method: string; params?: Params };
type Reply = (answer: Answer) => Promise<void>;
/** `sent` is told of the id at the server. */
type Send = (signal: AbortSignal, sent: (id: number) => void) => Promise<Answer>;
type Next = { answer: Answer } | { name: string; question: Question };

export type Flight = {
  /** The answer, or a question that comes before it. Rejects as the request does, or when `signal` is aborted. */
  next(signal: AbortSignal): Promise<Next>;
  /** The client has come back. */
  answered(responses: unknown): void;
  /** The progress token that the client uses now. */
  called(token: unknown): void;
  /** Nobody waits any more. */
  abandon(): void;
  readonly remoteId: number | undefined;
};

type Open = Flight & {
  asks(request: Request, reply: Reply): boolean;
  token: { first: unknown; now: unknown };
};

export function flights() {
  const open = new Set<Open>();
  const parked = new Map<string, Flight>();
  return {
    start(method: string, capabilities: unknown, send: Send): Flight {
      const flight = openFlight(ASKING.has(method) ? capabilities : undefined, send, () =>
        open.delete(flight),
      );
      open.add(flight);
      return flight;
    },
    /** @returns by what the client finds it again; nobody can guess it */
    park(flight: Flight): string {
      const state = randomUUID();
      parked.set(state, flight);
      return state;
    },
    resume(state: unknown): Flight | undefined {
      const flight = parked.get(String(state));
      parked.delete(String(state));
      return flight;
    },
    /** A question of the server; it does not say to which request it belongs, so the one begun last gets it. */
    ask(request: Request, reply: Reply): void {
      const taken = [...open].reverse().some((flight) => flight.asks(request, reply));
      if (taken) return;
      const message = `Method not found: this client is not asked ${request.method} here`;
      void reply({ error: { code: METHOD_NOT_FOUND, message } });
    },
    progress(params: Params | undefined): Params | undefined {
      const found = [...open].find(({ token }) => token.first === params?.progressToken);
      return found && params ? { ...params, progressToken: found.token.now } : params;
    },
  };
}

function openFlight(capabilities: unknown, send: Send, landed: () => void): Open {
  const abort = new AbortController();
  const questions: { name: string; question: Question; reply: Reply }[] = [];
  let asked = 0;
  let wake: () => void = () => {};
  let remoteId: number | undefined;
  const sent = (id: number) => {
    remoteId = id;
  };
  const answer = send(abort.signal, sent).finally(landed);
  // It may fail while the client thinks about a question.
  answer.catch(() => undefined);
  const token = { first: undefined as unknown, now: undefined as unknown };
  return {
    token,
    get remoteId() {
      return remoteId;
    },
    asks({ method, params }, reply) {
      const kind = method === 'sampling/createMessage' ? 'sampling' : (method.split('/')[0] ?? '');
      if (!isObject(capabilities) || !isObject(capabilities[kind])) return false;
      questions.push({ name: `question-${++asked}`, question: { method, ...(params && { params }) }, reply });
      wake();
      return true;
    },
    async next(signal) {
      const first = questions[0];
      if (first) return first;
      const question = new Promise<undefined>((resolve) => {
        wake = () => resolve(undefined);
      });
      const cancelled = new Promise<never>((_, reject) => {
        const stop = () => reject(new CancelledError());
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
      });
      const landedFirst = await Promise.race([answer, question, cancelled]);
      if (landedFirst) return { answer: landedFirst };
      return questions[0] ?? { answer: await answer };
    },
    answered(responses) {
      const question = questions.shift();
      if (!question) return;
      const result = isObject(responses) ? responses[question.name] : undefined;
      void question.reply(
        isObject(result) ? { result } : { error: { code: -32603, message: 'the client gave no answer' } },
      );
    },
    called(now) {
      token.first ??= now;
      token.now = now;
    },
    abandon() {
      abort.abort();
      for (const { reply } of questions.splice(0))
        void reply({ error: { code: -32603, message: 'nobody waits for this any more' } });
    },
  };
}
