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

export type Client = {
  tell(method: string, params: Params | undefined): void;
  give(id: Id | null, answer: Answer): void;
  /** Sends a request of the remote server, which knows it as `remoteId`. Rejects when `signal` is aborted. */
  ask(method: string, params: Params | undefined, remoteId?: Id, signal?: AbortSignal): Promise<Answer>;
  /** The remote server wants no answer any more. */
  withdraw(remoteId: Id, params: Params): void;
  answered(response: Response): void;
  /** Runs one request to its answer, which is given unless it was cancelled. What `work` throws becomes an error. */
  serve(request: Request, work: (call: Call) => Promise<Answer>): void;
  call(id: Id): Call | undefined;
  /** Resolves when no request is open. */
  idle(): Promise<void>;
  cancelAll(): void;
};

/** Nothing of `tokens` is ever written to the client, whoever sends it. */
export function openClient(writer: Writer, tokens: ReadonlySet<string>): Client {
  const calls = new Map<Id, Call>();
  const asked = new Map<Id, { remoteId: Id | undefined; resolve(answer: Answer): void }>();
  let ids = 0;
  const idle: (() => void)[] = [];

  function write(message: object): void {
    let line = JSON.stringify({ jsonrpc: '2.0', ...message });
    for (const token of tokens) if (line.includes(token)) line = line.replaceAll(token, MASK);
    writer.write(line);
  }

  const client: Client = {
    tell: (method, params) => write({ method, ...(params && { params }) }),
    give(id, answer) {
      try {
        write({ id, ...answer });
      } catch {
        // What is nested without end cannot be written.
        write({ id, error: { code: BRIDGE_FAILED, message: 'the answer is nested too deeply' } });
      }
    },
    ask(method, params, remoteId, signal) {
      const id = `proxy-${++ids}`;
      return new Promise<Answer>((resolve, reject) => {
        const stop = () => {
          asked.delete(id);
          client.tell('notifications/cancelled', { requestId: id });
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
        client.tell('notifications/cancelled', { ...params, requestId: id });
      }
    },
    answered({ id, ...answer }) {
      asked.get(id)?.resolve('error' in answer ? { error: answer.error } : { result: answer.result });
      asked.delete(id);
    },
    serve({ id }, work) {
      const refuse = (error: Fault) => client.give(id, { error });
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
          if (!abort.signal.aborted) client.give(id, answer);
          if (calls.size === 0) for (const resolve of idle.splice(0)) resolve();
        });
    },
    call: (id) => calls.get(id),
    idle: () => (calls.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    cancelAll() {
      for (const call of calls.values()) call.cancel();
    },
  };
  return client;
}
