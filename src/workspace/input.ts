import { CancelledError, UsageError } from '../errors.ts';
import { note } from '../ui/print.ts';
import type { Workspace } from './workspace.ts';

/** How long a pipe may be silent before it is said what is waited for. Milliseconds. */
const PATIENCE = 1000;

/** All of standard input. `what` is being waited for. Throws UsageError `unreadable_input`, CancelledError. */
export async function piped(workspace: Workspace, what: string, hint: string): Promise<string> {
  const { stdin, signal } = workspace.deps;
  const timer = setTimeout(() => note(workspace, `waiting for ${what} on standard input...`), PATIENCE);
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
