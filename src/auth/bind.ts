import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { ConfigError } from '../errors.ts';

export type Bound = {
  port: number;
  /** Until it is called, requests are answered 503. */
  serve(handler: RequestListener): void;
  /** Frees the port at once; resolves when the answers under way are delivered, at the latest after half a second. */
  close(): Promise<void>;
};

/** How often another free port is asked for when the one found is taken on the other address. */
const tries = 8;
/** Milliseconds for the last page to reach a slow reader. */
const grace = 500;

const mostConnections = 64;

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * One HTTP server on the same port of every address. Port 0 takes any; a port is bound, never probed first. An
 * address that this machine does not have is left out unless it is the only one. Throws ConfigError `port_in_use`,
 * which counts on either address: whoever holds the other one would receive half of the browsers' callbacks. `setting`
 * is what hints call the redirect's key.
 */
export async function bindLoopback(
  addresses: string[],
  port: number,
  setting = '"redirect_uri"',
): Promise<Bound> {
  for (let attempt = 1; ; attempt++) {
    const exchange = exchangeOf();
    const servers: Server[] = [];
    const close = () => Promise.all(servers.map((server) => end(server, exchange)));
    try {
      let bound = port;
      for (const address of addresses) {
        const server = await bind(address, bound, exchange.handle, servers.length > 0);
        if (!server) continue;
        servers.push(server);
        bound = portOf(server) ?? bound;
      }
      return { port: bound, serve: exchange.serve, close: once(close) };
    } catch (error) {
      await close();
      if (codeOf(error) === 'EADDRINUSE' && port === 0 && attempt < tries) continue;
      throw bindFailure(error, port, setting);
    }
  }
}

type Exchange = { handle: RequestListener; serve(handler: RequestListener): void; idle(): Promise<void> };

/** Knows which answers are still on their way: a browser's spare connections are not waited for. */
function exchangeOf(): Exchange {
  const pending = new Set<ServerResponse>();
  let handler: RequestListener = (_request, response) => response.writeHead(503).end();
  return {
    handle(request, response) {
      pending.add(response);
      response.once('close', () => pending.delete(response));
      handler(request, response);
    },
    serve(next) {
      handler = next;
    },
    async idle() {
      await Promise.all([...pending].map((response) => finished(response).catch(() => undefined)));
    },
  };
}

/**
 * Keeps the connections few. The oldest goes, and not the newest, as it would with `maxConnections`: a program that
 * holds sixty-four of them and says nothing would keep the person's browser out.
 */
function crowd(): (socket: Socket) => void {
  const sockets = new Set<Socket>();
  return (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const [oldest] = sockets;
    if (sockets.size > mostConnections) oldest?.destroy();
  };
}

/** Undefined: the machine has no such address, and another one is bound already. */
function bind(
  address: string,
  port: number,
  handler: RequestListener,
  optional: boolean,
): Promise<Server | undefined> {
  const server = createServer(limits, handler);
  server.on('connection', crowd());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const missing = /^(EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(codeOf(error));
      if (missing && optional) resolve(undefined);
      else reject(error);
    });
    server.listen({ host: address, port, exclusive: true }, () => resolve(server));
  });
}

function bindFailure(error: unknown, port: number, setting: string): Error {
  if (codeOf(error) === 'EADDRINUSE') {
    return new ConfigError('port_in_use', `port ${port} is in use, and the redirect URI needs it`, {
      hint: `end the program that listens on port ${port}, or set ${setting} to another one that the client is registered with`,
      cause: error,
    });
  }
  if (codeOf(error) === 'EACCES') {
    return new ConfigError('port_denied', `port ${port} may not be listened on`, {
      hint: `set ${setting} to one with a port above 1023`,
      cause: error,
    });
  }
  return new ConfigError('no_loopback', 'no loopback address can be listened on', {
    hint: 'check the network of this machine or container: 127.0.0.1 is missing',
    cause: error,
  });
}

async function end(server: Server, exchange: Exchange): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  void exchange.idle().then(() => server.closeAllConnections());
  await closed;
  clearTimeout(timer);
}

function once(action: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action().then(() => undefined);
    return running;
  };
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
