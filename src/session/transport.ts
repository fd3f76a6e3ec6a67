// Transports of the SDK on the HTTP layer that is ours. Loaded only after the SDK.

import {
  type AuthProvider,
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import type { HttpEntry } from '../config/entry.ts';
import type { Fetch } from '../deps.ts';
import { ProtocolError } from '../errors.ts';
import { Headers } from '../headers.ts';
import { letCancellationsThrough } from './farewell.ts';
import { SessionLost } from './translate.ts';
import { type HttpKind, type Refusal, watchAnswers } from './watch.ts';

/** Milliseconds, and how much longer each wait is than the one before. */
const RECONNECTION = {
  initialReconnectionDelay: 1000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
};

export type HttpTransport = {
  transport: Transport;
  /** Undefined until a request was refused. */
  refusal(): Refusal | undefined;
  /** What is really behind an error of the transport. */
  reasonOf(error: unknown): unknown;
  /** Why the last answer was not read to its end, if that was our doing. */
  broken(): ProtocolError | undefined;
  /** From now on the server can send what nobody asked for: questions. */
  listen(): Promise<void>;
  /** Whether there is a stream for what the server says unasked. */
  stream(): Promise<boolean>;
  /** Tells the server that nobody needs the session any more, if there is one. */
  end(): Promise<void>;
};

/** Streamable HTTP first, unless the path says that it is the older transport's. The newest revision has only the one. */
export function transportOrder(entry: HttpEntry): HttpKind[] {
  if (entry.protocol === 'modern') return ['streamable'];
  return new URL(entry.url).pathname.endsWith('/sse') ? ['sse', 'streamable'] : ['streamable', 'sse'];
}

export function openHttpTransport(
  kind: HttpKind,
  entry: HttpEntry,
  bearer: Bearer,
  unasked: boolean,
): HttpTransport {
  const url = new URL(entry.url);
  const watch = watchAnswers(kind, bearer, unasked);
  let token: string | undefined;
  let ending = false;
  let failure: unknown;
  const unsigned = (error: unknown) => {
    failure = error;
    throw error;
  };
  const authProvider: AuthProvider = {
    // Saying goodbye is not worth a refresh, and never a sign-in.
    token: async () => {
      if (!ending) token = await bearer.current().catch(unsigned);
      return token;
    },
    onUnauthorized: async ({ response }) => {
      const { challenge, token } = watch.refusalOf(response) ?? {};
      if (!challenge && transport instanceof StreamableHTTPClientTransport && transport.sessionId) {
        // The session is gone, not the sign-in (MCP feature reference server).
        throw new SessionLost();
      }
      await bearer.rejected(token, challenge);
    },
  };
  const options = {
    authProvider,
    fetch: withHeaders(entry, watch.fetch) as typeof globalThis.fetch,
    onInsufficientScope: 'throw',
    // What is waited for without end is not given up; whoever waits asks meanwhile whether the server is there.
    ...(unasked && { reconnectionOptions: { ...RECONNECTION, maxRetries: Number.MAX_SAFE_INTEGER } }),
  } as const;
  const transport =
    kind === 'sse' ? new SSEClientTransport(url, options) : new StreamableHTTPClientTransport(url, options);
  letCancellationsThrough(transport);
  return {
    transport,
    refusal: watch.lastRefusal,
    broken: watch.lastBreak,
    listen: watch.listen,
    stream: async () => kind === 'sse' || (unasked && (await watch.stream)),
    reasonOf(error) {
      // EventSource keeps no more of an error than its text.
      if (SseError.isInstance(error) && error.code === undefined)
        return watch.lastFailure() ?? failure ?? error;
      // An endpoint elsewhere, or none, is refused with an error of no class.
      const nameless = kind === 'sse' && error instanceof Error && error.constructor === Error;
      if (!nameless) return error;
      return new ProtocolError('invalid_answer', `${entry.name} broke the protocol of HTTP+SSE`, {
        hint: 'check the url, and tell the operator of the server',
        server: entry.name,
        cause: error,
      });
    },
    async end() {
      ending = true;
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    },
  };
}

/** Configured headers go to the MCP server's origin and to no other (an API key is as good as a token). */
function withHeaders(entry: HttpEntry, fetch: Fetch): Fetch {
  const { origin } = new URL(entry.url);
  return (target, init) => {
    const headers = new Headers(init?.headers);
    if (new URL(target).origin === origin) {
      for (const [name, value] of Object.entries(entry.headers)) {
        if (!headers.has(name)) headers.set(name, value);
      }
    }
    return fetch(String(target), { ...init, headers: [...headers] });
  };
}
