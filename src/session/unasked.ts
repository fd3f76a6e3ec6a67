// The stream for what a server sends without being asked (Streamable HTTP of the 2025 revisions, Listening for
// Messages). Most commands need no such stream, but a tool's question may come there.

import { setTimeout } from 'node:timers/promises';
import type { Fetch } from '../deps.ts';
import { answer } from '../response.ts';

/** Milliseconds that a call waits for it: a server may send no headers before its first message. */
const PATIENCE = 1000;

export type UnaskedStream = {
  /** The SDK's request for the stream: not sent before `open`. A refusal is no failure, whatever it is. */
  fetch: Fetch;
  /** Resolves when the server can ask. At once where the SDK wants no stream. */
  open(): Promise<void>;
};

export function unaskedStream(http: Fetch): UnaskedStream {
  const wanted = new AbortController();
  const answered = new AbortController();
  let held = false;
  return {
    async fetch(target, init) {
      held = true;
      await first(wanted.signal, init?.signal);
      try {
        const response = await http(target, init);
        if (response.ok) return response;
        await response.body?.cancel();
      } catch (error) {
        if (init?.signal?.aborted) throw error;
      } finally {
        answered.abort();
      }
      // What says that there is no such stream.
      return answer(null, { status: 405 });
    },
    async open() {
      wanted.abort();
      if (!held || answered.signal.aborted) return;
      await setTimeout(PATIENCE, undefined, { signal: answered.signal }).catch(() => undefined);
    },
  };
}

/** Resolves when `wanted` is aborted; rejects when `given_up` is. */
async function first(wanted: AbortSignal, givenUp: AbortSignal | null | undefined): Promise<void> {
  if (wanted.aborted) return;
  const done = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const { signal } = done;
    wanted.addEventListener('abort', () => resolve(), { once: true, signal });
    if (givenUp?.aborted) reject(givenUp.reason);
    givenUp?.addEventListener('abort', () => reject(givenUp.reason), { once: true, signal });
  }).finally(() => done.abort());
}
