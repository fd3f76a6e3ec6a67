// A forward proxy as companies have one: it opens ways to hosts that it knows (RFC 9110 section 9.3.6), for who says the
// password, and knows what was asked of it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { registerSecret } from './secrets.ts';

export type ForwardProxy = {
  /** For `HTTPS_PROXY`; with its user and password, if it wants them. */
  url: string;
  /** Without. */
  origin: string;
  /** `host:port` of each way that was asked for, let through or not. */
  asked: string[];
  /** Answered with this status from now on. */
  refused: Map<string, number>;
  close(): Promise<void>;
};

/** `hosts`: host to port on this machine. */
export async function forwardProxy(
  hosts: Record<string, number>,
  credentials?: { user: string; password: string },
): Promise<ForwardProxy> {
  const asked: string[] = [];
  const refused = new Map<string, number>();
  const sockets = new Set<Socket>();
  const pair = credentials && `${credentials.user}:${credentials.password}`;
  if (credentials) registerSecret(credentials.password, 'the password of the proxy');
  const wanted = pair && `Basic ${Buffer.from(pair).toString('base64')}`;
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket).add(socket.on('error', () => {})));
  server.on('connect', ({ url = '', headers }, socket) => {
    asked.push(url);
    const [host = ''] = url.split(':');
    const port = hosts[host];
    const status =
      headers['proxy-authorization'] !== wanted
        ? 407
        : (refused.get(host) ?? (port === undefined ? 502 : 200));
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const onward = connect(port ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const user = credentials
    ? `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
    : '';
  return {
    url: `http://${user}127.0.0.1:${port}`,
    origin: `http://127.0.0.1:${port}`,
    asked,
    refused,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
