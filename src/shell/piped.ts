// Lines from a pipe: one after the other, without a prompt, a banner or a question.

import { createInterface } from 'node:readline';
import type { Deps } from '../deps.ts';
import { CancelledError, ToldError } from '../errors.ts';
import { report } from '../ui/report.ts';
import { isUnfinished, joined } from './unfinished.ts';

/** The inputs of a pipe, empty lines left out. */
export async function* inputsOf({
  stdin,
  signal,
}: Pick<Deps, 'stdin' | 'signal'>): AsyncGenerator<string, undefined> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = () => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  let held: string[] = [];
  try {
    for await (const line of lines) {
      held.push(line);
      if (isUnfinished(held.join('\n'))) continue;
      const text = joined(held);
      held = [];
      if (text.trim() !== '') yield text;
    }
    if (held.length > 0) yield joined(held);
    return undefined;
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
}

/**
 * All are read, also behind one that fails. Throws ToldError with the exit of the first failure, `failed` if there was
 * one before; CancelledError.
 */
export async function runInputs(
  deps: Pick<Deps, 'err' | 'signal'>,
  flags: { format: string; verbose: boolean },
  inputs: AsyncIterable<string>,
  handle: (text: string, signal: AbortSignal) => Promise<'exit' | 'go-on'>,
  failed: number | undefined,
): Promise<void> {
  let exit = failed;
  for await (const text of inputs) {
    if (deps.signal.aborted) break;
    try {
      if ((await handle(text, deps.signal)) === 'exit') break;
    } catch (error) {
      if (deps.signal.aborted) break;
      const { verbose } = flags;
      const told = report(error, { err: deps.err, json: flags.format !== 'text', verbose, aborted: false });
      exit ??= told;
    }
  }
  if (deps.signal.aborted) throw new CancelledError();
  if (exit !== undefined) throw new ToldError(exit);
}
