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
  /** Runs one request; rejects with SdkError RequestTimeout, CancelledError, or what was said to `fail`. */
  request<T>(work: (limits: Limits) => Promise<T>, waiting: Waiting): Promise<T>;
  /** A progress notification has come in. */
  heard(token: string | number, progress: Progress): void;
  /** Stops all clocks while a person is asked; `over` is aborted when no request is left that could want the answer. */
  aside<T>(work: (over: AbortSignal) => Promise<T>): Promise<T>;
  /** How many questions there were since the last request began, the one under way included. */
  questions(): number;
  /** Ends every request under way; the server is told that nobody waits for it. */
  fail(error: CliError): void;
};

type Running = { clock: Clock; waiting: Waiting; fail(error: CliError): void };

/** `timeout` in milliseconds, without a sign of life; in all no more than an hour, or than that if it is longer. */
export function openPatience(timeout: number): Patience {
  const running = new Map<string, Running>();
  let over = new AbortController();
  let tokens = 0;
  let asking = 0;
  let questions = 0;
  return {
    async request(work, waiting) {
      const { signal } = waiting;
      const progressToken = ++tokens;
      const abort = new AbortController();
      let failure: CliError | undefined;
      const fail = (error: CliError) => {
        failure ??= error;
        // The server gets to read the reason.
        abort.abort('cancelled');
      };
      const stop = () => fail(new CancelledError());
      const clock = openClock(timeout, () =>
        abort.abort(new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out', { timeout })),
      );
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      if (running.size === 0) over = new AbortController();
      running.set(String(progressToken), { clock, waiting, fail });
      questions = 0;
      if (asking === 0) clock.start();
      try {
        return await work({ options: { signal: abort.signal, timeout: NEVER }, meta: { progressToken } });
      } catch (error) {
        throw failure ?? error;
      } finally {
        running.delete(String(progressToken));
        if (running.size === 0) over.abort();
        clock.stop();
        signal.removeEventListener('abort', stop);
      }
    },
    heard(token, progress) {
      const found = running.get(String(token));
      if (!found) return;
      if (asking === 0) found.clock.start();
      found.waiting.onProgress?.(progress);
    },
    async aside(work) {
      questions++;
      if (asking++ === 0) for (const { clock } of running.values()) clock.stop();
      for (const { waiting } of running.values()) waiting.onQuestion?.();
      try {
        return await work(over.signal);
      } finally {
        if (--asking === 0) for (const { clock } of running.values()) clock.start();
      }
    },
    questions: () => questions,
    fail(error) {
      for (const each of running.values()) each.fail(error);
    },
  };
}

type Clock = { start(): void; stop(): void };

/** `start` begins anew. */
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
