// TCP and TLS connections that the law of reach allows.
import { isIP, type LookupFunction, connect as overTcp, type Socket } from 'node:net';
import self from 'node:process';
import type { ConnectionOptions } from 'node:tls';
import { bareHost } from '../url.ts';
import type { Reach } from './reach.ts';

export type Done = (...result: [error: Error, socket: null] | [error: null, socket: Socket]) => void;

/** Connects to an origin, with the socket that it gives at once. `done` is called once, also if somebody destroys that with an error. */
export type Connector = (origin: string, done: Done) => Socket;

/** `timeout`: milliseconds until TCP and TLS are done. */
type ConnectorOptions = ConnectionOptions & { timeout: number };

/**
 * Connects to the addresses that the law allows, and looks once more at the one that answered. A connection that takes
 * too long fails with `ETIMEDOUT`.
 */
export function judgedConnector({ timeout, ...tls }: ConnectorOptions, reach: Reach): Connector {
  return (origin, done) => {
    const url = new URL(origin);
    const socket = connect(url, tls, judgedLookup(origin, reach));
    const late = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => socket.destroy(late), timeout);
    let isOver = false;
    const end: Done = (...result) => {
      clearTimeout(timer);
      if (!isOver) done(...result);
      isOver = true;
    };
    // Stays: between two requests nobody else listens, and what a server does then must not end the program.
    socket.on('error', (error) => end(error, null));
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', async () => {
      const address = socket.remoteAddress ?? '';
      try {
        await reach.check(origin, address);
      } catch (refusal) {
        socket.destroy(refusal as Error);
        return;
      }
      // Closed meanwhile.
      if (socket.destroyed) return end(Object.assign(new Error('closed'), { code: 'ECONNRESET' }), null);
      reach.connected(origin, address);
      end(null, socket);
    });
    return socket;
  };
}

function connect({ protocol, hostname, port }: URL, tls: ConnectionOptions, lookup: LookupFunction): Socket {
  const host = bareHost(hostname);
  const socket =
    protocol === 'https:'
      ? // Not needed on loopback, and not worth its time there.
        self.getBuiltinModule('node:tls').connect({
          ...tls,
          ...named(tls.servername || host),
          ALPNProtocols: ['http/1.1'],
          lookup,
          host,
          port: Number(port || 443),
        })
      : overTcp({ lookup, host, port: Number(port || 80) });
  return socket.setNoDelay(true).setKeepAlive(true, 60_000);
}

/** RFC 6066 section 3: an address is no server name. */
function named(name: string): { servername?: string } {
  return isIP(name) === 0 ? { servername: name } : {};
}

function judgedLookup(origin: string, reach: Reach): LookupFunction {
  return (host, options, done) => {
    reach.resolve(origin, host, { ...options, all: true }).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || !first) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error) => done(error, []),
    );
  };
}
