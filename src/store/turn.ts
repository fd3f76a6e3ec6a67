// Calls of one process queue up in memory: they would otherwise poll a file for each other.
import { CancelledError } from '../errors.ts';

type Limits = {
  /** On the `performance.now()` clock. */
  deadline: number;
  signal: AbortSignal;
  timedOut(): Promise<Error>;
};

/** What a timer takes, milliseconds: beyond it, it would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Resolves with "end my turn" when all earlier calls for `name` have ended theirs; rejects at the limits. */
export async function takeTurn(
  turns: Map<string, Promise<void>>,
  name: string,
  { deadline, signal, timedOut }: Limits,
): Promise<() => void> {
  const before = turns.get(name);
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const last = Promise.all([before, ended]).then(() => {
    if (turns.get(name) === last) turns.delete(name);
  });
  turns.set(name, last);
  if (before === undefined) return end;

  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    await Promise.race([
      before,
      new Promise<never>((_, reject) => {
        abort = () => reject(new CancelledError());
        signal.addEventListener('abort', abort, { once: true });
        const left = Math.min(deadline - performance.now(), LONGEST);
        timer = setTimeout(() => void timedOut().then(reject), left);
      }),
    ]);
    return end;
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
