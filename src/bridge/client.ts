// The client at the other end of standard input and output: its open requests, and what it is asked.

import { CancelledError } from '../errors.ts';
import { faultOf } from './failure.ts';
import type { Writer } from './lines.ts';
import {
  type Answer,
  BRIDGE_FAILED,
  type Fault,
  type Id,
  INVALID_REQUEST,
  type Params,
  type Request,
  type Response,
} from './message.ts';

const MASK = '***';
/** Requests under way at once: far more than any client has. */
const MOST = 1024;

/** A request of the client that has no answer yet. */
export type Call = {
  id: Id;
  /** Aborted when the client does not want the answer any more; then it gets none. */
  signal: AbortSignal;
  cancel(): void;
  /** Its id at the remote server, once it was sent. */
  remoteId: number | undefined;
};

/** What it is sent. */
type Voice = {
  tell(method: string, params: Params | undefined): void;
  give(id: Id | null, answer: Answer): void;
};

/** What it asks. */
type Calls = {
  /** Runs one request to its answer, which is given unless it was cancelled. What `work` throws becomes an error. */
  serve(request: Request, work: (call: Call) => Promise<Answer>): void;
  call(id: Id): Call | undefined;
  /** Resolves when no request is open. */
  idle(): Promise<void>;
  cancelAll(): void;
};

/** What it is asked. */
type Questions = {
  /** Sends a request of the remote server, which knows it as `remoteId`. Rejects when `signal` is aborted. */
  ask(method: string, params: Params | undefined, remoteId?: Id, signal?: AbortSignal): Promise<Answer>;
  /** The remote server wants no answer any more. */
  withdraw(remoteId: Id, params: Params): void;
  answered(response: Response): void;
};

export type Client = Voice & Calls & Questions;

/** Nothing of `tokens` is ever written to the client, whoever sends it. */
export function openClient(writer: Writer, tokens: ReadonlySet<string>): Client {
  function write(message: object): void {
    let line = JSON.stringify({ jsonrpc: '2.0', ...message });
    for (const token of tokens) if (line.includes(token)) line = line.replaceAll(token, MASK);
    writer.write(line);
  }

  const voice: Voice = {
    tell: (method, params) => write({ method, ...(params && { params }) }),
    give(id, answer) {
      try {
        write({ id, ...answer });
      } catch {
        // What is nested without end cannot be written.
        write({ id, error: { code: BRIDGE_FAILED, message: 'the answer is nested too deeply' } });
      }
    },
  };
  return { ...voice, ...openCalls(voice), ...openQuestions(voice, write) };
}

function openCalls({ give }: Voice): Calls {
  const calls = new Map<Id, Call>();
  const idle: (() => void)[] = [];
  return {
    serve({ id }, work) {
      const refuse = (error: Fault) => give(id, { error });
      if (calls.has(id))
        return refuse({ code: INVALID_REQUEST, message: 'Invalid request: this id is in use' });
      if (calls.size >= MOST)
        return refuse({ code: BRIDGE_FAILED, message: `more than ${MOST} requests are under way` });
      const abort = new AbortController();
      const call: Call = {
        id,
        signal: abort.signal,
        cancel: () => abort.abort(),
        remoteId: undefined,
      };
      calls.set(id, call);
      void work(call)
        .catch((error: unknown): Answer => ({ error: faultOf(error) }))
        .then((answer) => {
          calls.delete(id);
          if (!abort.signal.aborted) give(id, answer);
          if (calls.size === 0) for (const resolve of idle.splice(0)) resolve();
        });
    },
    call: (id) => calls.get(id),
    idle: () => (calls.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    cancelAll() {
      for (const call of calls.values()) call.cancel();
    },
  };
}

function openQuestions({ tell }: Voice, write: (message: object) => void): Questions {
  const asked = new Map<Id, { remoteId: Id | undefined; resolve(answer: Answer): void }>();
  let ids = 0;
  return {
    ask(method, params, remoteId, signal) {
      const id = `proxy-${++ids}`;
      return new Promise<Answer>((resolve, reject) => {
        const stop = () => {
          asked.delete(id);
          tell('notifications/cancelled', { requestId: id });
          reject(new CancelledError());
        };
        signal?.addEventListener('abort', stop, { once: true });
        asked.set(id, {
          remoteId,
          resolve(answer) {
            signal?.removeEventListener('abort', stop);
            resolve(answer);
          },
        });
        write({ id, method, ...(params && { params }) });
      });
    },
    withdraw(remoteId, params) {
      for (const [id, ask] of asked) {
        if (ask.remoteId !== remoteId) continue;
        asked.delete(id);
        tell('notifications/cancelled', { ...params, requestId: id });
      }
    },
    answered({ id, ...answer }) {
      asked.get(id)?.resolve('error' in answer ? { error: answer.error } : { result: answer.result });
      asked.delete(id);
    },
  };
}
