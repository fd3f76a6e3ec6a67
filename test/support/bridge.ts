// Clients of both SDK lines in front of `mcp-cli proxy`, which runs as a real process; and one that writes its own lines.
import { PassThrough, type Stream } from 'node:stream';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OlderStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CliOptions, type CliResult, runCli } from './cli.ts';
import { bin, environment } from './process.ts';
import { keep } from './scene.ts';
import { collect } from './secrets.ts';
import { KEY } from './store.ts';

class OneChild extends StdioClientTransport {}

export type Behind = { home: string; config: string; args?: string[] };

/** What a client's configuration says to start the bridge in front of `notes`. */
function started({ home, config, args = [] }: Behind) {
  return {
    command: process.execPath,
    args: [bin, '--config-file', config, 'proxy', 'notes', ...args],
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
): Promise<Through<Client>> {
  const transport = new OneChild(started(behind));
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

type Line = {
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: { code?: string } };
};

export type Piped = {
  send(message: object | string): void;
  /** A request, and what it is answered with. */
  ask(method: string, params?: object, id?: string | number): Promise<Line>;
  /** The next message that matches, of those nobody has taken yet. */
  heard(matches: (line: Line) => boolean): Promise<Line>;
  /** The handshake of a client of 2025-11-25. */
  greet(): Promise<Line>;
  /** Closes its standard input. */
  end(): Promise<CliResult>;
  done: Promise<CliResult>;
  /** All that came, line by line. */
  lines: string[];
  output: PassThrough;
};

/** `mcp-cli proxy notes` in this process. */
export function piped({ home, config, args = [] }: Behind, options: CliOptions = {}): Piped {
  const input = new PassThrough();
  const output = new PassThrough();
  const lines: string[] = [];
  const open: Line[] = [];
  const waits: { matches(line: Line): boolean; resolve(line: Line): void }[] = [];
  let rest = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      lines.push(part);
      // Whatever is no JSON on standard output fails the test.
      const line = JSON.parse(part) as Line;
      const at = waits.findIndex(({ matches }) => matches(line));
      if (at < 0) open.push(line);
      else waits.splice(at, 1)[0]?.resolve(line);
    }
  });
  const done = runCli(['--config-file', config, 'proxy', 'notes', ...args], {
    home,
    ...options,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY, ...options.env },
    deps: {
      stdin: input as never,
      stdout: { isTTY: false, columns: 80, stream: output },
      ...options.deps,
    },
  }).finally(() => {
    if (!options.showsSecrets) collect('stdout of the bridge', lines.join('\n'));
  });
  let ids = 0;
  const made: Piped = {
    lines,
    output,
    done,
    send(message) {
      const isText = typeof message === 'string' || Buffer.isBuffer(message);
      input.write(isText ? message : `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    },
    ask(method, params, id = ++ids) {
      made.send({ id, method, ...(params && { params }) });
      return made.heard((line) => line.id === id && line.method === undefined);
    },
    heard(matches) {
      const at = open.findIndex(matches);
      const [found] = at < 0 ? [] : open.splice(at, 1);
      return found ? Promise.resolve(found) : new Promise((resolve) => waits.push({ matches, resolve }));
    },
    async greet() {
      const answer = await made.ask('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: { elicitation: {}, sampling: {}, roots: {} },
        clientInfo: { name: 'piped', version: '1' },
      });
      if (answer.result) made.send({ method: 'notifications/initialized' });
      return answer;
    },
    end() {
      input.end();
      return done;
    },
  };
  keep({
    async close() {
      input.end();
      await done;
    },
  });
  return made;
}
