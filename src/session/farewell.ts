// A server with sessions learns only from a message that nobody waits for a tool any more. The SDK sends it on its
// way and says no more about it, so a command that ends at once would close the transport under it.

import { kill } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Transport } from '@modelcontextprotocol/client';

/** Milliseconds that a server has to hear of the end: the result, or the person, is waiting. */
const PATIENCE = 1000;

/** Makes `close` wait for a cancellation that is under way, for at most a second. */
export function letCancellationsThrough(transport: Transport): void {
  const under = new Set<Promise<unknown>>();
  const { send, close } = transport;
  transport.send = (message, options) => {
    const sent = send.call(transport, message, options);
    // Answers to a server's question, too.
    if (!('method' in message) || message.method === 'notifications/cancelled') {
      const done: Promise<unknown> = sent.catch(() => undefined).finally(() => under.delete(done));
      under.add(done);
    }
    return sent;
  };
  transport.close = async () => {
    if (under.size > 0) await goodbye(Promise.all(under));
    await close.call(transport);
  };
}

/** Waits for `work`, but no longer than a second; how it ends is not looked at. */
export async function goodbye(work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, setTimeout(PATIENCE, undefined, timer)]).catch(() => undefined);
  timer.abort();
}

/** Milliseconds that a child has to end by itself, after each of two words. */
const HURRY = 300;

/** Closes the transport of a child. The SDK gives it four seconds, and nobody waits so long behind a Ctrl-C. */
export async function endChild(
  pid: number | null,
  close: () => Promise<void>,
  hurry: AbortSignal,
): Promise<void> {
  let open = true;
  const closing = close().finally(() => {
    open = false;
  });
  for (const word of ['SIGTERM', 'SIGKILL'] as const) {
    if (pid === null || !hurry.aborted) break;
    await Promise.race([closing, setTimeout(HURRY, undefined, { ref: false })]);
    if (!open) break;
    try {
      kill(pid, word);
    } catch {
      // It has just ended.
    }
  }
  await closing;
}
