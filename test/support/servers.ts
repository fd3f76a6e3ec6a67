import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Certificate } from './certificates.ts';

export type TestServer = {
  port: number;
  /** Connections taken so far. */
  connections(): number;
  close(): Promise<void>;
};

/** A real HTTP or HTTPS server on loopback. */
export function serveHttp(
  handler: RequestListener,
  tls?: Certificate,
  host = '127.0.0.1',
): Promise<TestServer> {
  return running(
    tls ? createTlsServer({ key: tls.key, cert: tls.cert }, handler) : createServer(handler),
    host,
  );
}

/** A real TCP server on loopback. */
export function serveTcp(handler: (socket: Socket) => void): Promise<TestServer> {
  return running(createTcpServer(handler), '127.0.0.1');
}

async function running(server: Server, host: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    connections: () => connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port of loopback that nobody listens on at the moment, for redirects that have to be named beforehand. */
export async function freePort(): Promise<number> {
  const server = await serveTcp(() => undefined);
  await server.close();
  return server.port;
}
