// Transports of the SDK on the HTTP layer that is ours. Loaded only after the SDK.

import {
  type AuthProvider,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Bearer } from '../auth/bearer.ts';
import { type Challenge, parseChallenge } from '../auth/challenge.ts';
import type { HttpEntry, StdioEntry } from '../config/entry.ts';
import type { Fetch } from '../deps.ts';
import { letCancellationsThrough } from './farewell.ts';

export type HttpKind = 'streamable' | 'sse';

/** What the last refusal said: the SDK reads challenges less carefully than we do. */
export type Refusal = {
  status: number;
  challenge: Challenge | undefined;
  /** What the refused request carried. By now the bearer may have another one, which nobody has refused. */
  token: string | undefined;
};

/** A 401 without a challenge in the middle of a session: the session is gone, not the sign-in (reference servers). */
export class SessionLost extends Error {}

export type HttpTransport = {
  transport: Transport;
  /** Undefined until a request was refused. */
  refusal(): Refusal | undefined;
};

/** Streamable HTTP first, unless the path says that it is the older transport's. */
export function transportOrder(entry: HttpEntry): HttpKind[] {
  return new URL(entry.url).pathname.endsWith('/sse') ? ['sse', 'streamable'] : ['streamable', 'sse'];
}

export function openHttpTransport(
  kind: HttpKind,
  entry: HttpEntry,
  bearer: Bearer,
  http: Fetch,
): HttpTransport {
  const url = new URL(entry.url);
  const refusals = new WeakMap<Response, Refusal>();
  let refusal: Refusal | undefined;
  const fetch = withHeaders(entry, async (target, init) => {
    // A command reads its answers where it asks: the stream of unasked-for messages is one request too many.
    if (kind === 'streamable' && init?.method === 'GET') return new Response(null, { status: 405 });
    const response = await http(target, init);
    if (response.status === 401 || response.status === 403) {
      refusal = {
        status: response.status,
        challenge: parseChallenge(response.headers.get('www-authenticate')),
        token: bearerOf(new Headers(init?.headers)),
      };
      refusals.set(response, refusal);
    }
    return response;
  });
  const authProvider: AuthProvider = {
    token: () => bearer.current(),
    onUnauthorized: async ({ response }) => {
      const { challenge, token } = refusals.get(response) ?? {};
      if (!challenge && transport instanceof StreamableHTTPClientTransport && transport.sessionId) {
        throw new SessionLost();
      }
      await bearer.rejected(token, challenge);
    },
  };
  const options = {
    authProvider,
    fetch: fetch as typeof globalThis.fetch,
    onInsufficientScope: 'throw',
  } as const;
  const transport =
    kind === 'sse' ? new SSEClientTransport(url, options) : new StreamableHTTPClientTransport(url, options);
  letCancellationsThrough(transport);
  return { transport, refusal: () => refusal };
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
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
    return fetch(String(target), { ...init, headers });
  };
}

/** The child gets the SDK's short list of harmless variables and what its entry names, nothing else of ours. */
export function openStdioTransport(
  entry: StdioEntry,
  onStderr: (text: string) => void,
): StdioClientTransport {
  const transport = new StdioClientTransport({
    command: entry.command,
    args: entry.args,
    env: entry.env,
    ...(entry.cwd !== undefined && { cwd: entry.cwd }),
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (chunk: Buffer) => onStderr(chunk.toString('utf8')));
  return transport;
}
