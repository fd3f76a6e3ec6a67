// Clients of both SDK lines in front of `mcp-cli proxy`, which runs as a real process.
import type { Stream } from 'node:stream';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OlderStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { bin, environment } from './process.ts';
import { keep } from './scene.ts';
import { collect } from './secrets.ts';
import { KEY } from './store.ts';

class OneChild extends StdioClientTransport {}

export type Behind = { home: string; config: string; args?: string[] };

/** What a client's configuration says to start the bridge in front of `notes`. */
function started({ home, config, args = [] }: Behind, node: string[] = []) {
  return {
    command: process.execPath,
    args: [...node, bin, '--config-file', config, 'proxy', 'notes', ...args],
    env: environment(home, { MCP_CLI_ENCRYPTION_KEY: KEY }),
    cwd: home,
    stderr: 'pipe' as const,
  };
}

export type Through<C> = { client: C; pid: number; stderr(): string };

type Prepare<C> = (client: C) => void;

/** A client of the current line, connected through the bridge. */
export async function newerClient(
  behind: Behind,
  options: ClientOptions = {},
  prepare: Prepare<Client> = () => {},
  node: string[] = [],
): Promise<Through<Client>> {
  const transport = new OneChild(started(behind, node));
  const told = heard(transport);
  const client = new Client({ name: 'test-client', version: '1.2.3' }, options);
  prepare(client);
  keep({ close: () => client.close() });
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0, stderr: told };
}

/** A client of the maintenance line. */
export async function olderClient(
  behind: Behind,
  options: ConstructorParameters<typeof OlderClient>[1] = {},
  prepare: Prepare<OlderClient> = () => {},
): Promise<Through<OlderClient>> {
  const transport = new OlderStdio(started(behind));
  const told = heard(transport);
  const client = new OlderClient({ name: 'older-client', version: '1.0.0' }, options);
  prepare(client);
  keep({ close: () => client.close() });
  await client.connect(transport as never);
  return { client, pid: transport.pid ?? 0, stderr: told };
}

export const MODERN = { versionNegotiation: { mode: { pin: '2026-07-28' } } } satisfies ClientOptions;

function heard({ stderr }: { stderr: Stream | null }): () => string {
  let text = '';
  stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    collect('stderr of the bridge', text);
  });
  return () => text;
}
