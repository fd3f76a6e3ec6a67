// The time limit of a request that may take long: it starts anew with every sign of life, and rests while a person is
// asked. The SDK's own limit knows of no rest. Loaded only after the SDK.

import { type Progress, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { CancelledError, type CliError } from '../errors.ts';

/** Milliseconds: setTimeout takes no more. */
const NEVER = 2 ** 31 - 1;

/** A server that reports for ever keeps nobody for ever (MCP lifecycle, Timeouts). */
const LONGEST = 60 * 60_000;

type Limits = {
  options: { signal: AbortSignal; timeout: number };
  /** To be sent with the request: what the server reports its progress under. */
  meta: { progressToken: number };
};

export type Waiting = {
  signal: AbortSignal;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** A question of the server is about to be shown. */
  onQuestion?: (() => void) | undefined;
};

export type Patience = {
  /** Runs one request; rejects with SdkError RequestTimeout, or with what was said to `fail`. */
  request<T>(work: (limits: Limits) => Promise<T>, waiting: Waiting): Promise<T>;
  /** A progress notification has come in. */
  heard(token: string | number, progress: Progress): void;
  /** Stops all clocks while a person is asked. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** What every request under way ends with: a cancellation at once, anything else when the server has answered. */
  fail(error: CliError): void;
};

type Running = { clock: Clock; waiting: Waiting; fail(error: CliError): void };

/** `timeout` in milliseconds, without a sign of life; in all no more than an hour, or than that if it is longer. */
export function openPatience(timeout: number): Patience {
  const running = new Map<string, Running>();
  let tokens = 0;
  let asking = 0;
  const all = (act: (clock: Clock) => void) => {
    for (const { clock } of running.values()) act(clock);
  };
  return {
    async request(work, waiting) {
      const { signal } = waiting;
      const progressToken = ++tokens;
      const abort = new AbortController();
      let failure: CliError | undefined;
      const clock = openClock(timeout, () =>
        abort.abort(new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out', { timeout })),
      );
      const stop = () => abort.abort(signal.reason);
      const fail = (error: CliError) => {
        failure ??= error;
        if (error instanceof CancelledError) abort.abort(error);
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      running.set(String(progressToken), { clock, waiting, fail });
      if (asking === 0) clock.start();
      try {
        const result = await work({
          options: { signal: abort.signal, timeout: NEVER },
          meta: { progressToken },
        });
        if (failure) throw failure;
        return result;
      } catch (error) {
        throw failure ?? error;
      } finally {
        running.delete(String(progressToken));
        clock.stop();
        signal.removeEventListener('abort', stop);
      }
    },
    heard(token, progress) {
      const found = running.get(String(token));
      if (!found) return;
      found.clock.stop();
      if (asking === 0) found.clock.start();
      found.waiting.onProgress?.(progress);
    },
    async aside(work) {
      if (asking++ === 0) all((clock) => clock.stop());
      for (const { waiting } of running.values()) waiting.onQuestion?.();
      try {
        return await work();
      } finally {
        if (--asking === 0) all((clock) => clock.start());
      }
    },
    fail(error) {
      for (const each of running.values()) each.fail(error);
    },
  };
}

type Clock = { start(): void; stop(): void };

function openClock(timeout: number, expired: () => void): Clock {
  let left = Math.max(LONGEST, timeout);
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  const stop = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    left -= performance.now() - since;
  };
  return {
    stop,
    start() {
      stop();
      since = performance.now();
      timer = setTimeout(expired, Math.max(0, Math.min(timeout, left)));
    },
  };
}
