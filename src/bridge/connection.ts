// The connection with the remote server that there is now: opened when it is wanted, once at a time, and opened again
// when it is lost. What it throws is as it came. Loaded only after the SDK.

import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import { CancelledError } from '../errors.ts';
import { mender } from '../session/mend.ts';
import { isWrongTransport } from '../session/translate.ts';
import { transportOrder } from '../session/transport.ts';
import type { HttpKind } from '../session/watch.ts';
import type { Answer, Notification, Request } from './message.ts';
import { openRemote, type Remote } from './remote.ts';

export type ConnectionOptions = {
  entry: HttpEntry;
  bearer: Bearer;
  signal: AbortSignal;
  /** The handshake, done again on each new connection. Rejects as `Remote.request` does. */
  greet(remote: Remote): Promise<void>;
  /** There is a new connection in the place of a lost one. */
  reopened(): Promise<void>;
  heard(message: Request | Notification, reply: (answer: Answer) => Promise<void>): void;
  ready(): Promise<void>;
  trouble(error: unknown): void;
};

export type Connection = {
  /** The connection, opened if there is none. */
  up(): Promise<Remote>;
  now(): Remote | undefined;
  /** This one is lost. */
  drop(remote: Remote): Promise<void>;
  isClosed(): boolean;
  close(): Promise<void>;
};

export function openConnection(options: ConnectionOptions): Connection {
  const { entry, bearer, signal, trouble } = options;
  let current: Remote | undefined;
  let opening: Promise<Remote> | undefined;
  let kind: HttpKind | undefined;
  let closed = false;
  let ids = 0;

  async function drop(remote: Remote): Promise<void> {
    if (current === remote) current = undefined;
    await remote.close(true);
  }

  function lost(remote: Remote): void {
    // What the server says unasked is wanted whether or not somebody asks for something.
    if (current === remote) void drop(remote).then(up).catch(trouble);
  }

  function connect(): Promise<Remote> {
    const mend = mender({ bearer, signal }, undefined);
    return overAny(kind ? [kind] : transportOrder(entry), mend, async (over) => {
      const remote = await dial(over, { ...options, id: () => ++ids, lost });
      if (closed) throw new CancelledError();
      const again = kind !== undefined;
      kind = over;
      current = remote;
      if (again) void options.reopened().catch(trouble);
      return remote;
    });
  }

  async function up(): Promise<Remote> {
    if (closed) throw new CancelledError();
    if (current) return current;
    opening ??= connect().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  return {
    up,
    now: () => current,
    drop,
    isClosed: () => closed,
    async close() {
      closed = true;
      const remote = current ?? (await opening?.catch(() => undefined));
      await remote?.close();
    },
  };
}

/** Over the first of these that the server has, as often as something can be mended. */
async function overAny<T>(
  kinds: readonly HttpKind[],
  mend: (error: unknown) => Promise<unknown>,
  work: (kind: HttpKind) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const kind of kinds) {
    for (;;) {
      try {
        return await work(kind);
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

type DialOptions = ConnectionOptions & { id(): number; lost(remote: Remote): void };

/** One connection over this transport, greeted. */
async function dial(over: HttpKind, { heard, ...options }: DialOptions): Promise<Remote> {
  const remote = await openRemote(over, {
    ...options,
    heard: (from, message) =>
      heard(message, async (answer) => {
        if ('id' in message) await from.reply(message.id, answer).catch(options.trouble);
      }),
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
