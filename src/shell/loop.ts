import { createInterface } from 'node:readline';
import type { Deps } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import { report } from '../ui/report.ts';

type Terminal = Pick<Deps, 'stdin' | 'stdout' | 'out' | 'err' | 'signal'>;

/**
 * Reads lines after a `>` until `handle` says 'exit' or the input ends (Ctrl-D). A line that fails is reported and
 * the next one is read. Ctrl-C aborts the signal of the line under way, or clears the line being typed.
 * Tab asks `propose` what the end of a line may become: all that it may, and the end that it replaces.
 * Rejects with CancelledError when the program is told to stop.
 */
export async function readLoop(
  terminal: Terminal,
  handle: (line: string, signal: AbortSignal) => Promise<'exit' | 'go-on'>,
  verbose: boolean,
  propose: (line: string) => Promise<[string[], string]>,
): Promise<void> {
  const { stdin, stdout, signal } = terminal;
  const lines = createInterface({
    input: stdin,
    output: stdout.stream,
    terminal: stdin.isTTY,
    prompt: '> ',
    completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
      // Nobody asked for anything: what goes wrong is no news.
      propose(line).then(
        (found) => done(null, found),
        () => done(null, [[], line]),
      );
    },
  });
  let running: AbortController | undefined;
  // Lines may still be waiting when the input has ended, and Node lets nobody prompt after that.
  let ended = false;
  lines.once('close', () => {
    ended = true;
  });
  const prompt = () => {
    if (!ended) lines.prompt();
  };
  const stop = () => {
    running?.abort();
    lines.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  lines.on('SIGINT', () => {
    if (running) return running.abort();
    if (lines.line === '') terminal.err('\n(Ctrl-D or /exit leaves)\n');
    // To the end of the line, then erased back to its beginning.
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    prompt();
  });
  try {
    if (signal.aborted) throw new CancelledError();
    prompt();
    for await (const line of lines) {
      running = new AbortController();
      try {
        if ((await unlessAborted(handle(line, running.signal), running.signal)) === 'exit') return;
      } catch (error) {
        report(error, { err: terminal.err, json: false, verbose, aborted: running.signal.aborted });
      } finally {
        running = undefined;
      }
      if (signal.aborted) break;
      prompt();
    }
    if (signal.aborted) throw new CancelledError();
    // Ctrl-D leaves the cursor behind the prompt.
    terminal.out('\n');
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
}

/** Gives the prompt back at once on Ctrl-C, also from what cannot be interrupted itself. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
