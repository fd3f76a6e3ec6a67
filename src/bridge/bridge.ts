// A stdio MCP server that is another one, behind its authorization. Loaded only when it runs: it brings the SDK along.

import type { Readable, Writable } from 'node:stream';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import { sentWith } from '../session/echo.ts';
import { goodbye } from '../session/farewell.ts';
import { type Client, openClient } from './client.ts';
import { lastingBearer } from './credential.ts';
import { Refused } from './handshake.ts';
import { openWriter, readLines, TOO_LONG } from './lines.ts';
import {
  type Answer,
  INVALID_REQUEST,
  isModern,
  isNotification,
  isRequest,
  type Request,
  readMessage,
} from './message.ts';
import { refusalOf, type ToolRules, withoutRefused } from './tools.ts';
import { openWay, type Way } from './way.ts';

/** Bytes of one message of the client: room for any file that a tool is given. */
const LARGEST = 16 * 1024 * 1024;

export type BridgeOptions = {
  entry: HttpEntry;
  openBearer(): Bearer;
  input: Readable;
  output: Writable;
  rules: ToolRules;
  signal: AbortSignal;
  /** What nobody is answered with: for a person who looks for the reason of something. */
  trouble(error: unknown): void;
};

/** Serves one client until it closes standard input, stops reading, or `signal` is aborted. Never throws. */
export async function runBridge(options: BridgeOptions): Promise<void> {
  const { entry, rules, signal, trouble } = options;
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const writer = openWriter(options.output);
  void writer.gone.then(end);
  const tokens = new Set(configuredToken(entry));
  const client = openClient(writer, tokens);
  const ways = openWays(client, rules, {
    entry,
    bearer: lastingBearer(options.openBearer, tokens),
    client,
    signal,
    sent: () => new Set([...sentWith(entry), ...tokens]),
    ready: writer.drained,
    trouble,
  });
  for await (const line of readLines(options.input, LARGEST, stop.signal)) {
    const message = line === TOO_LONG ? tooLong() : readMessage(line);
    if ('error' in message && message.id === null) client.give(null, { error: message.error });
    else if (isRequest(message)) ways.serve(message);
    else if (!isNotification(message)) client.answered(message);
    else if (message.method !== 'tools/call' || !refusalOf(rules, message.params)) {
      // Whatever follows it comes after it at the server as well.
      const way = await ways.current();
      if (way) await goodbye(way.route.notification(message));
    }
  }
  // Who writes everything at once and closes still reads the answers.
  if (!stop.signal.aborted) await goodbye(client.idle());
  client.cancelAll();
  await (await ways.current())?.close();
  signal.removeEventListener('abort', end);
}

/** The requests of one client: the first one says which revision it speaks, and each new `initialize` begins anew. */
function openWays(client: Client, rules: ToolRules, options: Parameters<typeof openWay>[0]) {
  let way: Promise<Way> | undefined;
  const current = async () => way?.catch(() => undefined);

  function begin(request: Request): void {
    const before = current();
    const opening = (async () => {
      await (await before)?.close();
      return openWay(options, request.method === 'initialize' ? 'older' : 'newer', request);
    })();
    way = opening;
    // The next one tries anew.
    opening.catch(() => {
      if (way === opening) way = undefined;
    });
  }

  return {
    current,
    serve(request: Request): void {
      const { method, params } = request;
      client.serve(request, async (call): Promise<Answer> => {
        const isOpening = method === 'initialize' || (!way && isModern(request));
        if (isOpening) begin(request);
        if (!way) return unopened(request);
        try {
          const { route, result } = await way;
          if (isOpening && (method === 'initialize' || method === 'server/discover')) return { result };
          const error = method === 'tools/call' ? refusalOf(rules, params) : undefined;
          if (error) return { error };
          const answer = await route.request(request, call);
          return method === 'tools/list' ? withoutRefused(rules, answer) : answer;
        } catch (error) {
          if (error instanceof Refused) return { error: error.fault };
          throw error;
        }
      });
    },
  };
}

/** What stands behind the scheme of a configured `Authorization` header. */
function configuredToken({ headers }: HttpEntry): string[] {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const token = value.slice(value.lastIndexOf(' ') + 1);
  // Less is an ordinary word, and protects nothing.
  return token.length < 8 ? [] : [token];
}

function unopened({ method }: Request): Answer {
  if (method === 'ping') return { result: {} };
  return { error: { code: INVALID_REQUEST, message: 'Invalid request: initialize comes first' } };
}

function tooLong() {
  const message = `Invalid request: a message may have ${LARGEST} bytes`;
  return { id: null, error: { code: INVALID_REQUEST, message } } as const;
}
