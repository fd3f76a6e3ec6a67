// The run: one step after the other, none for longer than its limit, and all of them within half a minute.
import { CancelledError, CliError, NetworkError } from '../errors.ts';
import { type Finding, failed, type Result, type StepName, skipped } from './finding.ts';

export type Step = {
  name: StepName;
  /** What the step is about: RFC or specification, with its section. */
  clause: string;
  /** Milliseconds. */
  limit: number;
  /** Why there is nothing to look at: something before it failed, or does not concern this server. */
  blocked?(): string | undefined;
  /** Told what it came to, before the next one begins. */
  after?(finding: Finding): void;
  /** Throws what is wrong, as the program would. */
  probe(signal: AbortSignal): Promise<Finding>;
};

type Options = {
  /** Milliseconds for all steps together. */
  within: number;
  signal: AbortSignal;
  begins(step: StepName): void;
  ended(result: Result): void;
};

/** Milliseconds: with less than that nothing can be found out. */
const LEAST = 50;

/** Every step has a result, in the order of `steps`. Throws CancelledError, and what is a bug. */
export async function examine(steps: readonly Step[], options: Options): Promise<Result[]> {
  const results: Result[] = [];
  const start = performance.now();
  for (const step of steps) {
    const left = options.within - (performance.now() - start);
    options.begins(step.name);
    const begun = performance.now();
    const finding = await lookOnce(step, left, options.signal);
    step.after?.(finding);
    const ms = Math.round(performance.now() - begun);
    const result = { step: step.name, clause: step.clause, ...finding, ms };
    results.push(result);
    options.ended(result);
  }
  return results;
}

async function lookOnce(step: Step, left: number, signal: AbortSignal): Promise<Finding> {
  const reason = step.blocked?.();
  if (reason !== undefined) return skipped(reason);
  if (left < LEAST) return skipped('there was no time left for it');
  try {
    return await within(Math.min(step.limit, left), signal, step.probe);
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (!(error instanceof CliError)) throw error;
    return failed(error);
  }
}

/** Some of what is looked at cannot be called off: then nobody waits for it any longer. */
async function within(limit: number, given: AbortSignal, probe: Step['probe']): Promise<Finding> {
  const abort = new AbortController();
  const late = new NetworkError('timeout', `no answer within ${Math.ceil(limit / 1000)} seconds`, {
    hint: 'try again; see whether the network or the server is slow',
  });
  const signal = AbortSignal.any([given, abort.signal]);
  const timer = setTimeout(() => abort.abort(late), limit);
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  const work = probe(signal);
  // Whichever comes second is not waited for.
  work.catch(() => undefined);
  stopped.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
