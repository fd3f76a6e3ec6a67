// Requests that go straight to their server, on Node's own HTTP/1.1 client: it is there in three milliseconds, where a
// `fetch` takes as long to load as Node to start, and compiles its parser once more. Follows no redirect.
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as open,
  type RequestOptions,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Fetch } from '../deps.ts';
import { Headers } from '../headers.ts';
import { bareHost } from '../url.ts';
import { IDLE, openBegun } from './begun.ts';
import { CODINGS } from './coding.ts';
import type { Connector } from './connector.ts';
import { received, refusal } from './received.ts';

export type Direct = {
  /** Connects before anybody asks; the first request of the next seconds to that origin finds out what came of it. */
  begin(origin: string): void;
  /** Bodies are strings, URLSearchParams or bytes. Rejects with Node's own errors, or with the signal's reason. */
  fetch: Fetch;
  /** Ends every connection. */
  destroy(): Promise<void>;
};

/** What says how a message is framed is ours to say (RFC 9112 section 6). */
const FRAMING = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** `timeout`: milliseconds until the headers of an answer. */
export function openDirect(connector: Connector, timeout: number): Direct {
  const agent = new Agent({ keepAlive: true, timeout: IDLE });
  const underWay = new Set<ClientRequest>();
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  const connect: Connector = (origin, done) => {
    const socket = connector(origin, done);
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  };
  const begun = openBegun(connect);
  // The scheme is in the origin alone: to the agent all of them are http.
  agent.createConnection = ({ origin = '' }: RequestOptions & { origin?: string }, done) => {
    begun.take(origin, (error, socket) => done?.(error, socket as Socket));
    return undefined;
  };
  return {
    begin: begun.begin,
    async fetch(url, init = {}) {
      const request = open(optionsOf(agent, new URL(url), init));
      underWay.add(request);
      request.once('close', () => underWay.delete(request));
      return answerTo(request, url, timeout, init, closing.signal);
    },
    async destroy() {
      closing.abort();
      for (const request of underWay) request.destroy();
      begun.end();
      // Those too that are not connected yet, for which a request would wait, and the program as well.
      for (const socket of sockets) socket.destroy(new Error('closed'));
    },
  };
}

type Init = NonNullable<Parameters<Fetch>[1]>;

function optionsOf(agent: Agent, url: URL, { method = 'GET', headers, body }: Init): RequestOptions {
  const given = new Headers(headers ?? undefined);
  if (FRAMING.some((name) => given.has(name))) throw new TypeError('a header that is not ours to set');
  const type = body instanceof URLSearchParams && 'application/x-www-form-urlencoded;charset=UTF-8';
  const all = {
    host: url.host,
    accept: '*/*',
    'accept-encoding': CODINGS,
    'user-agent': 'mcp-cli',
    ...(type && { 'content-type': type }),
    ...Object.fromEntries(given),
  };
  return {
    agent,
    origin: url.origin,
    hostname: bareHost(url.hostname),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    method: method.toUpperCase(),
    headers: all,
    // Whatever NODE_OPTIONS says.
    insecureHTTPParser: false,
    maxHeaderSize: 16_384,
  } as RequestOptions;
}

function answerTo(
  request: ClientRequest,
  url: string,
  timeout: number,
  { signal, body }: Init,
  closing: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let answered: IncomingMessage | undefined;
    // Before there is a connection, nothing would come of the request's own end.
    const end = (error: unknown) => {
      // Node drops what is there of a body, and would call what was read of it all.
      answered?.destroy(error as Error);
      request.destroy();
      reject(error);
    };
    const stop = () => end(signal?.reason);
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    request.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    });
    request.on('error', (error) => {
      // What comes behind an answer is no part of it.
      if (answered?.complete) return;
      // The end of a connection ends a body that has no length; its failure must not.
      answered?.destroy(error);
      reject(error);
    });
    request.once('socket', () => {
      const late = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => end(late), timeout);
    });
    request.once('upgrade', (message, socket) => {
      socket.destroy();
      resolve(refusal(message, url));
    });
    request.once('response', (message) => {
      clearTimeout(timer);
      answered = message;
      received(message, request.method, url, [signal, closing]).then(resolve, end);
    });
    const text = body instanceof URLSearchParams ? body.toString() : body;
    // With a string Node would write the headers in its encoding, and they are Latin-1.
    request.end(typeof text === 'string' ? Buffer.from(text) : (text ?? undefined));
  });
}
