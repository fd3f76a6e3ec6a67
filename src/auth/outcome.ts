import { AuthError, CancelledError } from '../errors.ts';

export type Outcome<T> = {
  promise: Promise<T>;
  /** False if it was settled before. */
  succeed(value: T): boolean;
  fail(error: Error): void;
};

type Options = {
  signal: AbortSignal;
  /** Milliseconds until AuthError `login_timeout`. */
  timeout: number;
  /** What else may be wrong if nobody comes back. */
  stuck?: string | undefined;
  /** Called once, whatever settled it. */
  finished(): void;
};

/** What a person's part of a sign-in comes to: settled once, by whatever is first; then no timer or listener is left. */
export function outcomeOf<T>(options: Options): Outcome<T> {
  let settle: { resolve(value: T): void; reject(error: Error): void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be waiting yet, or any more.
  promise.catch(() => undefined);

  const onAbort = () => {
    const { reason } = options.signal;
    fail(reason instanceof CancelledError ? reason : new CancelledError());
  };
  const timer = setTimeout(() => {
    const hint = [
      ...(options.stuck === undefined ? [] : [options.stuck]),
      'sign in again and finish in the browser; --login-timeout 15m gives more time',
      'with --no-browser the URL is shown to open anywhere',
    ].join('\n');
    fail(new AuthError('login_timeout', 'nobody finished the sign-in in time', { hint }));
  }, options.timeout);
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();

  function finish(): typeof settle {
    const first = settle;
    settle = undefined;
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
    if (first) options.finished();
    return first;
  }

  function fail(error: Error): void {
    finish()?.reject(error);
  }

  function succeed(value: T): boolean {
    const first = finish();
    first?.resolve(value);
    return first !== undefined;
  }

  return { promise, succeed, fail };
}
