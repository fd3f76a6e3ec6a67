// TCP and TLS connections for Node's own dispatcher, as undici's `buildConnector` makes them for the package's.

import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import self from 'node:process';
import type { ConnectionOptions } from 'node:tls';

/** As undici gives it. */
export type Target = {
  hostname: string;
  host?: string | undefined;
  protocol: string;
  port: string;
  servername?: string | undefined;
};
export type Done = (...result: [error: Error, socket: null] | [error: null, socket: Socket]) => void;
export type Connector = (target: Target, done: Done) => void;

/** `timeout`: milliseconds until TCP and TLS are done. */
export type ConnectorOptions = ConnectionOptions & { timeout: number; lookup: LookupFunction };

/** `done` is called once. A connection that takes too long fails with undici's code for that. */
export function nodeConnector({ timeout, ...options }: ConnectorOptions): Connector {
  return ({ hostname, protocol, port, servername }, done) => {
    const isSecure = protocol === 'https:';
    const socket = isSecure
      ? // Not needed on loopback, and not worth its time there.
        self.getBuiltinModule('node:tls').connect({
          ...options,
          ...named(servername || options.servername || hostname),
          ALPNProtocols: ['http/1.1'],
          host: hostname,
          port: Number(port || 443),
        })
      : connect({ lookup: options.lookup, host: hostname, port: Number(port || 80) });
    const late = Object.assign(new Error('no connection in time'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    const timer = setTimeout(() => socket.destroy(late), timeout);
    const failed = (error: Error) => {
      clearTimeout(timer);
      done(error, null);
    };
    socket.once('error', failed);
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      done(null, socket);
    });
  };
}

/** RFC 6066 section 3: an address is no server name. */
function named(name: string): { servername?: string } {
  return isIP(name) === 0 ? { servername: name } : {};
}
