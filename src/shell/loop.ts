import type { Deps } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { report } from '../ui/report.ts';
import type { Editor } from './editor.ts';

type Running = { current: AbortController | undefined };

/**
 * Reads inputs until `handle` says 'exit' or there are no more (Ctrl-D). One that fails is reported and the next one is
 * read; `running` is what Ctrl-C aborts. Rejects with CancelledError when the program is told to stop.
 */
export async function readLoop(
  deps: Pick<Deps, 'out' | 'err' | 'signal'>,
  editor: Editor,
  running: Running,
  handle: (text: string, signal: AbortSignal) => Promise<'exit' | 'go-on'>,
  isVerbose: () => boolean,
): Promise<void> {
  const { signal } = deps;
  const stop = () => {
    running.current?.abort();
    editor.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      if (signal.aborted) throw new CancelledError();
      const text = await editor.read();
      if (signal.aborted) throw new CancelledError();
      // Ctrl-D leaves the cursor behind the prompt.
      if (text === undefined) return deps.out('\n');
      const control = new AbortController();
      running.current = control;
      try {
        if ((await handle(text, control.signal)) === 'exit') return;
      } catch (error) {
        report(error, { err: deps.err, json: false, verbose: isVerbose(), aborted: control.signal.aborted });
      } finally {
        running.current = undefined;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    editor.close();
  }
}

/** Gives the prompt back at once on Ctrl-C, also from what cannot be interrupted itself. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
