// Servers that are programs of this machine. Loaded with the first of them: it starts processes.

import { deserializeMessage, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { StdioEntry } from '../config/entry.ts';
import type { ProtocolError } from '../errors.ts';
import { failWhenCut } from './cut.ts';
import { LARGEST, tooLarge } from './relay.ts';

const NEWLINE = 0x0a;

/** The SDK asks a child of its own class in another child first, which would start the server twice. */
class OneChildTransport extends StdioClientTransport {}

/**
 * The child gets the SDK's short list of harmless variables and what its entry names, nothing else of ours. A line of
 * more than 32 MiB ends it, and what is being asked then rejects with ProtocolError `too_large`.
 */
export function openStdioTransport(
  entry: StdioEntry,
  onStderr: (text: string) => void,
): StdioClientTransport {
  const transport = new OneChildTransport({
    command: entry.command,
    args: entry.args,
    env: entry.env,
    ...(entry.cwd !== undefined && { cwd: entry.cwd }),
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (chunk: Buffer) => onStderr(chunk.toString('utf8')));
  let broken: ProtocolError | undefined;
  const cutAll = failWhenCut(transport, () => broken);
  const buffer = lineBuffer(LARGEST, () => {
    broken = tooLarge(entry.name);
    cutAll();
    return broken;
  });
  // The SDK's own copies and searches all that it has with every piece, which takes a second for ten megabytes.
  Object.assign(transport, { _readBuffer: buffer });
  return transport;
}

/** What the SDK reads the messages of a child with. Throws `tooLong()` for a line of more than `largest` bytes. */
function lineBuffer(largest: number, tooLong: () => Error) {
  let pieces: Buffer[] = [];
  let size = 0;
  let lines: string[] = [];
  const add = (piece: Buffer) => {
    size += piece.byteLength;
    if (size > largest) throw tooLong();
    pieces.push(piece);
  };
  return {
    append(chunk: Buffer): void {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        add(chunk.subarray(start, end));
        lines.push(Buffer.concat(pieces, size).toString('utf8'));
        pieces = [];
        size = 0;
        start = end + 1;
      }
      if (start < chunk.byteLength) add(chunk.subarray(start));
    },
    /** The next message; null: none is whole yet. Lines that are no JSON are words for somebody else. */
    readMessage(): JSONRPCMessage | null {
      for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
        try {
          return deserializeMessage(line);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      }
      return null;
    },
    clear(): void {
      pieces = [];
      size = 0;
      lines = [];
    },
  };
}
