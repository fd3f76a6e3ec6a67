import type { Deps } from '../deps.ts';
import { CancelledError, UsageError } from '../errors.ts';

/** How long a pipe may be silent before it is said what is waited for. */
const PATIENCE = 1000;

/**
 * All of standard input. `waiting` is called if it takes a while; `hint` says how else to give it. Throws UsageError
 * `unreadable_input`, and CancelledError on Ctrl-C.
 */
export async function readInput(
  { stdin, signal }: Pick<Deps, 'stdin' | 'signal'>,
  waiting: () => void,
  hint: string,
): Promise<string> {
  const timer = setTimeout(waiting, PATIENCE);
  const stop = () => stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    if (signal.aborted) throw new CancelledError();
    throw new UsageError('unreadable_input', 'cannot read standard input', { hint, cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
