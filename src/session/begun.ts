// Connections that are made while the program is still loading what it wants to say.
import type { Socket } from 'node:net';
import type { Connector, Done } from './connector.ts';

/** Milliseconds that an unused connection is kept, where the server names no shorter time: what lies between forgets it. */
export const IDLE = 4000;

type Begun = {
  begin(origin: string): void;
  /** The connection that was begun, also if it failed; or a new one. */
  take(origin: string, done: Done): void;
  end(): void;
};

type Beginning = { socket: Promise<Socket>; timer: NodeJS.Timeout };

export function openBegun(connect: Connector): Begun {
  const waiting = new Map<string, Beginning>();

  function taken(origin: string): Promise<Socket> | undefined {
    const found = waiting.get(origin);
    clearTimeout(found?.timer);
    waiting.delete(origin);
    return found?.socket;
  }

  /** Nobody wants it any more. */
  function drop(origin: string): void {
    taken(origin)?.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
  }

  return {
    begin(origin) {
      if (waiting.has(origin)) return;
      const socket = new Promise<Socket>((resolve, reject) => {
        connect(origin, (error, made) => (error ? reject(error) : resolve(made)));
      });
      // Whoever takes it hears of it.
      socket.catch(() => undefined);
      waiting.set(origin, { socket, timer: setTimeout(drop, IDLE, origin).unref() });
    },
    take(origin, done: Done) {
      const begun = taken(origin);
      if (!begun) return void connect(origin, done);
      begun.then(
        // Ended by the server meanwhile.
        (socket) => void (socket.readable ? done(null, socket) : connect(origin, done)),
        (error) => done(error, null),
      );
    },
    end() {
      for (const origin of [...waiting.keys()]) drop(origin);
    },
  };
}
