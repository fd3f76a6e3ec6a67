import { type ChildProcess, spawn } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { CancelledError } from '../errors.ts';
import { root } from '../place.ts';

/** The program itself, as it was installed. */
const PROGRAM = fileURLToPath(new URL('bin/mcp-cli.js', root));

export type Ran = {
  exit: number;
  stdout: string;
  stderr: string;
  /** Milliseconds from its start to its end. */
  ms: number;
};

/** Starts the program with these words; stdin is empty, stdout and stderr are pipes. */
export function start(words: readonly string[], env: Record<string, string>, cwd: string): ChildProcess {
  return spawn(execPath, [PROGRAM, ...words], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/**
 * Runs the program to its end. `onLine` hears each line of its stderr as it comes.
 * @throws CancelledError once `signal` has aborted and the program has ended
 */
export async function runToEnd(
  child: ChildProcess,
  signal: AbortSignal,
  onLine: (line: string) => void = () => {},
): Promise<Ran> {
  const begin = performance.now();
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr, onLine);
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const exit = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => signal.removeEventListener('abort', stop));
  if (signal.aborted) throw new CancelledError();
  return { exit, stdout: stdout(), stderr: stderr(), ms: performance.now() - begin };
}

/** What a stream has said so far; each whole line is passed on as it comes. */
export function gather(
  stream: NodeJS.ReadableStream | null,
  onLine: (line: string) => void = () => {},
): () => string {
  let text = '';
  let told = 0;
  stream?.setEncoding('utf8');
  stream?.on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\n', told); end >= 0; end = text.indexOf('\n', told)) {
      onLine(text.slice(told, end));
      told = end + 1;
    }
  });
  return () => text;
}
