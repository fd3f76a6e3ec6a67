// Opening a session: transport by transport, revision by revision, with a token where one is asked for.

import type { Client } from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry, Protocol, ServerEntry, StdioEntry } from '../config/entry.ts';
import { NetworkError } from '../errors.ts';
import { type Mode, newClient } from './client.ts';
import { takeAsComplete } from './complete.ts';
import { failWhenCut } from './cut.ts';
import type { Elicit } from './elicit.ts';
import { endChild, goodbye } from './farewell.ts';
import { hearLogs, type Logs } from './logs.ts';
import { isOutdated, type Known, type Memory } from './memory.ts';
import type { Patience } from './patience.ts';
import type { Root } from './roots.ts';
import type { Sample } from './sampling.ts';
import { siftTools } from './sift.ts';
import { isWrongTransport } from './translate.ts';
import { openHttpTransport, transportOrder } from './transport.ts';
import type { HttpKind, Refusal } from './watch.ts';

export type Connection = {
  client: Client;
  /** Opened on what was known, and nothing has been answered yet. */
  remembered: boolean;
  refusal(): Refusal | undefined;
  /** To be called before what a server may have questions about. */
  listen(): Promise<void>;
  /** Whether there is a stream for what the server says unasked; see `unasked`. */
  stream(): Promise<boolean>;
  /** Ends the session at the server as well. Never throws for what the server says to that. */
  close(): Promise<void>;
};

export type ConnectOptions = {
  entry: ServerEntry;
  /** Undefined for stdio. */
  bearer: Bearer | undefined;
  signal: AbortSignal;
  clientInfo: { name: string; version: string };
  /** Milliseconds for one request. */
  timeout: number;
  /** Answers what servers ask. */
  elicit: Elicit;
  /** Has a model answer servers; undefined: they are not told that they could ask. */
  sample: Sample | undefined;
  /** The folders that servers are told of; none: they are not told that they could ask. */
  roots: Root[];
  patience: Patience;
  logs: Logs;
  /** Told of what is left out, in one sentence with the server's own words in it. */
  warn(text: string): void;
  /** Opens a stream for what the server says unasked, where the transport has one of its own for that. */
  unasked: boolean;
  memory?: Memory | undefined;
};

const MODERN = '2026-07-28';

export async function connect(options: ConnectOptions): Promise<Connection> {
  const { entry, logs, signal, timeout, warn } = options;
  const connection = await (entry.kind === 'stdio'
    ? connectStdio(entry, options)
    : connectHttp(entry, options));
  siftTools(connection.client, entry.name, entry.kind === 'http', warn);
  await hearLogs(connection.client, logs, { signal, timeout });
  return connection;
}

/** Without asking for the revision, where it is known. What is known was true once: a server that says no is asked. */
async function connectHttp(entry: HttpEntry, options: ConnectOptions): Promise<Connection> {
  const memory = entry.protocol === 'legacy' ? undefined : options.memory;
  const known = await memory?.recall();
  if (known && !(known.kind === 'legacy' && entry.protocol === 'modern')) {
    try {
      return await connectOver('streamable', entry, options, known);
    } catch (error) {
      if (!isOutdated(error)) throw error;
      await memory?.forget();
    }
  }
  return connectAsking(entry, options, memory);
}

/** The other transport is tried on 400, 404 and 405 only: what the first one says about tokens is final. */
async function connectAsking(
  entry: HttpEntry,
  options: ConnectOptions,
  memory: Memory | undefined,
): Promise<Connection> {
  let failure: unknown;
  for (const kind of transportOrder(entry)) {
    try {
      const connection = await connectOver(kind, entry, options);
      const discover = connection.client.getDiscoverResult();
      if (kind === 'streamable')
        await memory?.keep(discover ? { kind: 'modern', discover } : { kind: 'legacy' });
      return connection;
    } catch (error) {
      if (!isWrongTransport(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function connectOver(
  kind: HttpKind,
  entry: HttpEntry,
  options: ConnectOptions,
  prior?: Known,
): Promise<Connection> {
  const { bearer, signal, timeout, unasked } = options;
  if (!bearer) throw new TypeError('an HTTP entry needs a bearer');
  const opened = openHttpTransport(kind, entry, bearer, unasked);
  const { transport, refusal, reasonOf, broken, end, listen, stream } = opened;
  // The older transport exists only in revisions that begin with `initialize`.
  const client = newClient(options, kind === 'sse' ? 'legacy' : modeOf(entry.protocol));
  try {
    failWhenCut(transport, broken);
    takeAsComplete(transport);
    await client.connect(transport, { signal, timeout, ...(prior && { prior }) });
    const close = async () => {
      if (!signal.aborted) await goodbye(end());
      await client.close();
    };
    return { client, remembered: prior?.kind === 'modern', refusal, listen, stream, close };
  } catch (error) {
    await client.close();
    throw Object.assign(reasonOf(error) as object, { refusal: refusal() });
  }
}

function modeOf(protocol: Protocol): Mode {
  if (protocol === 'modern') return { pin: MODERN };
  return protocol;
}

/**
 * Probing costs a second start of the child, so the handshake nearly every stdio server knows goes first.
 * @throws NetworkError `not_started` with the last words of the child
 */
async function connectStdio(entry: StdioEntry, options: ConnectOptions): Promise<Connection> {
  const modes: Mode[] = entry.protocol === 'auto' ? ['legacy', { pin: MODERN }] : [modeOf(entry.protocol)];
  const { openStdioTransport } = await import('./stdio.ts');
  let lastWords = '';
  let failure: unknown;
  for (const mode of modes) {
    const transport = openStdioTransport(entry, (text) => {
      lastWords = (lastWords + text).slice(-2000);
    });
    takeAsComplete(transport);
    const client = newClient(options, mode);
    try {
      await client.connect(transport, { signal: options.signal, timeout: options.timeout });
      return {
        client,
        remembered: false,
        refusal: () => undefined,
        listen: async () => {},
        stream: async () => true,
        close: () => endChild(transport.pid, () => client.close(), options.signal),
      };
    } catch (error) {
      await client.close();
      failure ??= error;
      if (options.signal.aborted) throw error;
    }
  }
  const said = lastWords.trim().split('\n').at(-1);
  throw new NetworkError('not_started', `${entry.name} (${entry.command}) did not start as an MCP server`, {
    hint: [...(said ? [`it said: ${said}`] : []), `check ${entry.path}.command, args and cwd`].join('\n'),
    server: entry.name,
    cause: failure,
  });
}
