// The way to the remote server for as long as the program runs: connections come and go under it, and who asks does
// not notice. Everything it throws is ours. Loaded only after the SDK.

import { ProtocolError as RpcError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import { CancelledError } from '../errors.ts';
import { withoutEcho } from '../session/echo.ts';
import { mender } from '../session/mend.ts';
import { wantsSignIn } from '../session/quirks.ts';
import { isWrongTransport, ownError, translate } from '../session/translate.ts';
import { transportOrder } from '../session/transport.ts';
import type { HttpKind } from '../session/watch.ts';
import type { Answer, Notification, Params, Request } from './message.ts';
import { openRemote, type Remote, type Sending } from './remote.ts';

export type LinkOptions = {
  entry: HttpEntry;
  bearer: Bearer;
  signal: AbortSignal;
  /** What the server was sent in confidence. */
  sent(): Set<string>;
  /** The handshake, done again on each new connection. Rejects as `Remote.request` does. */
  greet(remote: Remote): Promise<void>;
  /** There is a new connection in the place of a lost one. */
  reopened(): Promise<void>;
  heard(message: Request | Notification, reply: (answer: Answer) => Promise<void>): void;
  ready(): Promise<void>;
  trouble(error: unknown): void;
};

export type Link = {
  /** Connects if there is no connection. */
  open(): Promise<void>;
  /** Asked again by itself only where that can do no harm. Rejects with CliError. */
  request(method: string, params: Params | undefined, sending?: Sending): Promise<Answer>;
  /** Never rejects: nobody waits for what becomes of it. */
  notify(method: string, params: Params | undefined): Promise<void>;
  close(): Promise<void>;
};

/** Asking twice does what asking once does. */
const REPEATABLE = new Set([
  ...['ping', 'server/discover', 'completion/complete', 'logging/setLevel', 'prompts/get'],
  ...['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'],
  ...['resources/subscribe', 'resources/unsubscribe', 'subscriptions/listen', 'tasks/get', 'tasks/list'],
]);

/** Milliseconds that a subscription must have lasted to be opened again after it broke. */
const WORTH_REOPENING = 1000;

export function openLink(options: LinkOptions): Link {
  const { entry, bearer, signal } = options;
  let current: Remote | undefined;
  let opening: Promise<Remote> | undefined;
  let kind: HttpKind | undefined;
  let closed = false;
  let ids = 0;
  const own = (error: unknown) => withoutEcho(translate(error, entry, signal), options.sent());

  async function drop(remote: Remote): Promise<void> {
    if (current === remote) current = undefined;
    await remote.close(true);
  }

  async function dial(over: HttpKind): Promise<Remote> {
    const remote: Remote = await openRemote(over, {
      entry,
      bearer,
      id: () => ++ids,
      ready: options.ready,
      trouble: (error) => options.trouble(own(error)),
      heard: (from, message) =>
        options.heard(message, async (answer) => {
          if ('id' in message)
            await from.reply(message.id, answer).catch((error) => options.trouble(own(error)));
        }),
      lost(from) {
        if (current !== from) return;
        // What the server says unasked is wanted whether or not somebody asks for something.
        void drop(from)
          .then(up)
          .catch((error) => options.trouble(own(error)));
      },
    });
    try {
      await options.greet(remote);
      return remote;
    } catch (error) {
      const refusal = remote.refusal();
      await remote.close();
      throw error instanceof Error ? Object.assign(error, { refusal }) : error;
    }
  }

  async function connect(): Promise<Remote> {
    const mend = mender({ bearer, signal }, undefined);
    let failure: unknown;
    for (const over of kind ? [kind] : transportOrder(entry)) {
      for (;;) {
        try {
          const remote = await dial(over);
          if (closed) throw new CancelledError();
          const again = kind !== undefined;
          kind = over;
          current = remote;
          if (again) void options.reopened().catch((error) => options.trouble(own(error)));
          return remote;
        } catch (error) {
          if (isWrongTransport(error)) {
            failure ??= error;
            break;
          }
          await mend(error);
        }
      }
    }
    throw failure;
  }

  async function up(): Promise<Remote> {
    if (closed) throw new CancelledError();
    if (current) return current;
    opening ??= connect().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function request(method: string, params?: Params, sending?: Sending): Promise<Answer> {
    let remote = await up();
    const reopen = () => drop(remote);
    const mend = mender({ bearer, signal }, { reopen, refusal: () => remote.refusal() });
    let mayRepeat = REPEATABLE.has(method);
    for (;;) {
      const since = performance.now();
      try {
        remote = await up();
        const answer = await remote.request(method, params, sending);
        if ('error' in answer && wantsSignIn(answer.error.code, answer.error.message))
          throw new RpcError(answer.error.code, answer.error.message);
        return answer;
      } catch (error) {
        if (sending?.signal?.aborted || closed) throw new CancelledError();
        const isLong = method === 'subscriptions/listen' && performance.now() - since > WORTH_REOPENING;
        if (isCut(error) && (mayRepeat || isLong)) mayRepeat = false;
        else await mend(error);
      }
    }
  }

  return {
    async open() {
      await up().catch((error) => Promise.reject(own(error)));
    },
    request: (method, params, sending) =>
      request(method, params, sending).catch((error) => Promise.reject(own(error))),
    async notify(method, params) {
      await current?.notify(method, params).catch((error) => options.trouble(own(error)));
    },
    async close() {
      closed = true;
      const remote = current ?? (await opening?.catch(() => undefined));
      await remote?.close();
    },
  };
}

/** The connection ended under the answer: nobody knows whether the request was dealt with. */
function isCut(error: unknown): boolean {
  if (SdkError.isInstance(error) && error.code === SdkErrorCode.ConnectionClosed) return true;
  return ['reset', 'closed'].includes(ownError(error)?.code ?? '');
}
