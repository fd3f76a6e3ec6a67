// The client's side: messages as lines (MCP stdio transport).

import type { Readable, Writable } from 'node:stream';

const NEWLINE = 0x0a;

/** A line that is longer than may be; nothing of it is kept. */
export const TOO_LONG = Symbol('too long');

/**
 * The lines of a stream, each once the one before was dealt with. `largest` in bytes. Ends with the stream, and when
 * `signal` is aborted, which destroys the stream.
 */
export async function* readLines(
  input: Readable,
  largest: number,
  signal: AbortSignal,
): AsyncGenerator<string | typeof TOO_LONG> {
  const stop = () => input.destroy();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  let pieces: Buffer[] = [];
  let size = 0;
  const finish = () => {
    const line = size > largest ? TOO_LONG : Buffer.concat(pieces).toString('utf8').replace(/\r$/, '');
    pieces = [];
    size = 0;
    return line;
  };
  const add = (piece: Buffer) => {
    size += piece.byteLength;
    if (size <= largest) pieces.push(piece);
    else pieces = [];
  };
  try {
    for await (const chunk of input) {
      let rest = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        add(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        const line = finish();
        if (line !== '') yield line;
      }
      add(rest);
    }
    const last = finish();
    if (last !== '') yield last;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export type Writer = {
  /** Writes one message. What cannot be written any more is dropped. */
  write(line: string): void;
  /** Resolves once the reader has taken enough of what was written. */
  drained(): Promise<void>;
  /** Resolves when nobody reads any more. */
  gone: Promise<void>;
};

export function openWriter(output: Writable): Writer {
  let open = true;
  let waiting: Promise<void> | undefined;
  const gone = new Promise<void>((resolve) => {
    for (const event of ['error', 'close'])
      output.once(event, () => {
        open = false;
        resolve();
      });
  });
  return {
    gone,
    write(line) {
      if (!open || output.write(`${line}\n`)) return;
      waiting ??= new Promise<void>((resolve) => {
        const done = () => {
          waiting = undefined;
          resolve();
        };
        output.once('drain', done);
        void gone.then(done);
      });
    },
    drained: async () => waiting,
  };
}
