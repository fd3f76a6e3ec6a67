// One connection with the remote server: the SDK's transport, and which answer belongs to which request. Knows nothing
// of what is asked. Loaded only after the SDK.

import {
  type JSONRPCMessage,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  SseError,
} from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import { CancelledError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { goodbye } from '../session/farewell.ts';
import { paced } from '../session/relay.ts';
import { SessionLost } from '../session/translate.ts';
import { openHttpTransport } from '../session/transport.ts';
import type { HttpKind, Refusal } from '../session/watch.ts';
import type { Answer, Fault, Id, Notification, Params, Request } from './message.ts';

export type Sending = {
  /** Stops waiting, and on HTTP tells the server so by ending the stream. */
  signal?: AbortSignal;
  headers?: Record<string, string> | undefined;
  /** Told of the id that the request has at the server. */
  sent?: (id: number) => void;
};

export type Remote = {
  kind: HttpKind;
  /** Rejects with what the transport throws; SdkError ConnectionClosed where the answer was cut off. */
  request(method: string, params: Params | undefined, sending?: Sending): Promise<Answer>;
  notify(method: string, params: Params | undefined): Promise<void>;
  reply(id: Id, answer: Answer): Promise<void>;
  setRevision(revision: string): void;
  refusal(): Refusal | undefined;
  /** Ends the session at the server as well, unless it is `lost` already. What is under way is cut off. */
  close(lost?: boolean): Promise<void>;
};

export type RemoteOptions = {
  entry: HttpEntry;
  bearer: Bearer;
  /** The next id for a request. */
  id(): number;
  /** The remote asks, or tells. */
  heard(remote: Remote, message: Request | Notification): void;
  /** The session is gone, and nobody asked for anything. */
  lost(remote: Remote): void;
  /** Resolves when more can be taken. */
  ready(): Promise<void>;
  /** What went wrong on the way, for whoever looks for it. */
  trouble(error: unknown): void;
};

export async function openRemote(kind: HttpKind, options: RemoteOptions): Promise<Remote> {
  const { entry, bearer } = options;
  const send: Bearer['send'] = async (url, init) => paced(await bearer.send(url, init), options.ready);
  const opened = openHttpTransport(kind, entry, { ...bearer, send }, true);
  const { transport, end, refusal } = opened;
  const hasSession = () => kind === 'sse' || transport.sessionId !== undefined;
  const requests = openRequests(opened, options.id, hasSession);
  let closed = false;

  const remote: Remote = {
    kind,
    refusal,
    request: requests.send,
    notify: (method, params) =>
      transport.send({ jsonrpc: '2.0', method, ...(params && { params }) } as JSONRPCMessage),
    reply: (id, answer) => transport.send({ jsonrpc: '2.0', id, ...answer } as JSONRPCMessage),
    setRevision: (revision) => transport.setProtocolVersion?.(revision),
    async close(lost = false) {
      if (closed) return;
      closed = true;
      requests.end();
      if (!lost) await goodbye(end());
      await transport.close();
    },
  };
  transport.onmessage = (message) => {
    if ('method' in message) return options.heard(remote, message as Request | Notification);
    const { id, ...answer } = message as { id?: Id } & (Answer & { jsonrpc?: string });
    delete answer.jsonrpc;
    if (id !== undefined) requests.answered(id, answer);
  };
  transport.onerror = (error) => {
    if (closed) return;
    options.trouble(error);
    // What the older transport reconnects to knows nothing of the session.
    if (SseError.isInstance(error)) requests.cutAll();
    if (SseError.isInstance(error) || (isStreamRefusal(error) && hasSession())) options.lost(remote);
  };
  await transport.start();
  return remote;
}

type Waiting = { resolve(answer: Answer): void; reject(error: unknown): void };

/** The requests of one connection, and which answer belongs to which. */
function openRequests(
  { transport, broken, reasonOf }: ReturnType<typeof openHttpTransport>,
  next: () => number,
  hasSession: () => boolean,
) {
  const waiting = new Map<Id, Waiting>();
  let over = false;
  const cut = (id: Id) =>
    waiting
      .get(id)
      ?.reject(broken() ?? new SdkError(SdkErrorCode.ConnectionClosed, 'The stream ended before the answer'));
  const cutAll = () => {
    for (const id of [...waiting.keys()]) cut(id);
  };
  /** What became of one that could not be sent, or was answered by an HTTP status. */
  const failed = (id: Id, error: unknown) => {
    const fault = faultIn(error, id);
    if (fault) waiting.get(id)?.resolve({ error: fault });
    else
      waiting.get(id)?.reject(hasSession() && isUnknownSession(error) ? new SessionLost() : reasonOf(error));
  };

  return {
    cutAll,
    async send(method: string, params: Params | undefined, { signal, headers, sent }: Sending = {}) {
      const id = next();
      const stop = new AbortController();
      const cancel = () => {
        waiting.get(id)?.reject(new CancelledError());
        stop.abort();
      };
      const message = { jsonrpc: '2.0', id, method, ...(params && { params }) } as JSONRPCMessage;
      const how = {
        requestSignal: stop.signal,
        onRequestStreamEnd: () => cut(id),
        ...(headers && { headers }),
      };
      try {
        return await new Promise<Answer>((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          if (over) return cut(id);
          if (signal?.aborted) return cancel();
          signal?.addEventListener('abort', cancel, { once: true });
          sent?.(id);
          transport.send(message, how).catch((error: unknown) => failed(id, error));
        });
      } finally {
        waiting.delete(id);
        signal?.removeEventListener('abort', cancel);
      }
    },
    answered: (id: Id, answer: Answer) => waiting.get(id)?.resolve(answer),
    /** Cuts off those that wait, and any that come. */
    end() {
      over = true;
      cutAll();
    },
  };
}

/** An error of JSON-RPC that came with an HTTP status of its own, as those of 2026-07-28 do. */
function faultIn(error: unknown, id: Id): Fault | undefined {
  const body = bodyOf(error);
  if (body?.id !== id || !isObject(body.error)) return undefined;
  const { code, message } = body.error;
  return typeof code === 'number' && typeof message === 'string' ? (body.error as Fault) : undefined;
}

/** Many servers answer 400 where the protocol has 404, for a session that they do not know (any more). */
function isUnknownSession(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error) || error.status !== 400) return false;
  const body = bodyOf(error);
  return body !== undefined && isObject(body.error) && (body.id === null || body.id === undefined);
}

/** The stream for what nobody asked for is refused because its session is not there. */
function isStreamRefusal(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error)) return false;
  return error.code === SdkErrorCode.ClientHttpFailedToOpenStream && [400, 404].includes(error.status ?? 0);
}

function bodyOf(error: unknown): Params | undefined {
  if (!SdkHttpError.isInstance(error)) return undefined;
  try {
    const body: unknown = JSON.parse((error.data as { text?: string } | undefined)?.text ?? '');
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
