// A stdio MCP server that is another one, behind its authorization. Loaded only when it runs: it brings the SDK along.

import type { Readable, Writable } from 'node:stream';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import { sentWith } from '../session/echo.ts';
import { goodbye } from '../session/farewell.ts';
import { openClient } from './client.ts';
import { lastingBearer } from './credential.ts';
import { changedLists, directRoute, type Route } from './direct.ts';
import {
  discover,
  type Era,
  envelope,
  type Greeting,
  greetAnew,
  initialize,
  initializeParams,
  Refused,
  type Self,
} from './handshake.ts';
import { openWriter, readLines, TOO_LONG } from './lines.ts';
import { type Link, openLink } from './link.ts';
import {
  type Answer,
  CLIENT_CAPABILITIES,
  CLIENT_INFO,
  INVALID_REQUEST,
  isModern,
  isNotification,
  isRequest,
  metaOf,
  type Request,
  readMessage,
} from './message.ts';
import { refusalOf, type ToolRules, withoutRefused } from './tools.ts';

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

/** An open way from this client to the server. */
type Way = { link: Link; route: Route; greeting: Greeting };

/** Serves one client until it closes standard input, stops reading, or `signal` is aborted. Never throws. */
export async function runBridge(options: BridgeOptions): Promise<void> {
  const { entry, rules, signal } = options;
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const writer = openWriter(options.output);
  void writer.gone.then(end);
  const tokens = new Set<string>();
  const client = openClient(writer, tokens);
  const bearer = lastingBearer(options.openBearer, tokens);
  let way: Promise<Way> | undefined;

  /** Opens the way for a client of this era. Throws Refused, or CliError. */
  async function open(era: Era, request: Request, before: Promise<Way> | undefined): Promise<Way> {
    await (await before?.catch(() => undefined))?.link.close();
    const self = selfOf(era, request);
    const session = era === 'older' ? (request.params ?? {}) : initializeParams(self);
    const meta = era === 'newer' ? metaOf(request.params) : envelope(self);
    const opened: Partial<Way> = {};
    const link = openLink({
      entry,
      bearer,
      signal,
      sent: () => new Set([...sentWith(entry), ...tokens]),
      ready: writer.drained,
      trouble: options.trouble,
      heard: (message, reply) => opened.route?.heard(message, reply),
      reopened: async () => {
        for (const method of changedLists(opened.greeting?.result.capabilities))
          client.tell(method, undefined);
        await opened.route?.reopened();
      },
      async greet(remote) {
        if (!opened.greeting) {
          opened.greeting = await greetAnew(remote, entry.protocol, era, {
            older: () => initialize(remote, session),
            newer: () => discover(remote, meta),
          });
        } else if (opened.greeting.era === 'older') {
          await initialize(remote, session);
          await remote.notify('notifications/initialized', undefined);
        }
      },
    });
    try {
      await link.open();
    } catch (error) {
      await link.close();
      throw error;
    }
    const greeting = opened.greeting as Greeting;
    opened.route = directRoute(client, link, era);
    return { link, route: opened.route, greeting };
  }

  async function answer(request: Request, work: (way: Way) => Promise<Answer> | Answer): Promise<Answer> {
    const opening = way;
    try {
      return opening ? await work(await opening) : unopened(request);
    } catch (error) {
      if (error instanceof Refused) return { error: error.fault };
      throw error;
    }
  }

  /** The next request tries anew. */
  function begin(era: Era, request: Request): void {
    const opening = open(era, request, way);
    way = opening;
    opening.catch(() => {
      if (way === opening) way = undefined;
    });
  }

  function serve(request: Request): void {
    const { method, params } = request;
    client.serve(request, async (call) => {
      const isOpening = method === 'initialize' || (!way && isModern(request));
      if (isOpening) begin(method === 'initialize' ? 'older' : 'newer', request);
      return answer(request, async ({ route, greeting }) => {
        if (isOpening && ['initialize', 'server/discover'].includes(method))
          return { result: greeting.result };
        const error = method === 'tools/call' ? refusalOf(rules, params) : undefined;
        if (error) return { error };
        const answered = await route.request(request, call);
        return method === 'tools/list' ? withoutRefused(rules, answered) : answered;
      });
    });
  }

  for await (const line of readLines(options.input, LARGEST, stop.signal)) {
    const message = line === TOO_LONG ? tooLong() : readMessage(line);
    if ('error' in message && message.id === null) client.give(null, { error: message.error });
    else if (isRequest(message)) serve(message);
    else if (!isNotification(message)) client.answered(message);
    else {
      // Whatever follows it comes after it at the server as well.
      const opened = await way?.catch(() => undefined);
      if (opened) await goodbye(opened.route.notification(message));
    }
  }
  // Who writes everything at once and closes still reads the answers.
  if (!stop.signal.aborted) await goodbye(client.idle());
  client.cancelAll();
  await (await way?.catch(() => undefined))?.link.close();
  signal.removeEventListener('abort', end);
}

function selfOf(era: Era, { params }: Request): Self {
  if (era === 'older') return { clientInfo: params?.clientInfo, capabilities: params?.capabilities };
  const meta = metaOf(params);
  return { clientInfo: meta[CLIENT_INFO], capabilities: meta[CLIENT_CAPABILITIES] };
}

function unopened({ method }: Request): Answer {
  if (method === 'ping') return { result: {} };
  return { error: { code: INVALID_REQUEST, message: 'Invalid request: initialize comes first' } };
}

function tooLong() {
  const message = `Invalid request: a message may have ${LARGEST} bytes`;
  return { id: null, error: { code: INVALID_REQUEST, message } } as const;
}
