// Servers that are programs of this machine. Loaded with the first of them: it starts processes.

import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { StdioEntry } from '../config/entry.ts';

/** The SDK asks a child of its own class in another child first, which would start the server twice. */
class OneChildTransport extends StdioClientTransport {}

/** The child gets the SDK's short list of harmless variables and what its entry names, nothing else of ours. */
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
  return transport;
}
