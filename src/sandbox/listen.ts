import { createServer } from 'node:http';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { ConfigError } from '../errors.ts';

/** Bytes of a request's body: no good one has more, and it is kept in memory. */
const LARGEST = 1024 * 1024;

export type Listening = {
  /** Without a trailing slash. */
  origin: string;
  close(): Promise<void>;
};

/**
 * Serves `handle` on 127.0.0.1 and nowhere else; `port` 0 takes any free one. A page that has made its own name mean
 * 127.0.0.1 is refused (DNS rebinding). Throws ConfigError `port_in_use`.
 */
export async function listen(
  port: number,
  handle: (request: Request) => Promise<Response>,
): Promise<Listening> {
  const local = localhostHostValidation();
  const server = createServer((request, response) => {
    const handler = {
      async fetch(asked: Request) {
        const answer = await handle(asked);
        // Response.error(): the connection breaks, as on a bad network.
        if (answer.type !== 'error') return answer;
        response.destroy();
        return new Response();
      },
    };
    const serve = toNodeHandler(handler, { maxRequestBodySize: LARGEST });
    // Its structural types are written without exactOptionalPropertyTypes in mind.
    if (local(request, response)) void serve(request as Parameters<typeof serve>[0], response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? taken(port) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    origin: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function taken(port: number): ConfigError {
  return new ConfigError('port_in_use', `another program listens on port ${port}`, {
    hint: 'choose another with --port, or leave it out for any free one',
  });
}
