// What the MCP servers of all kinds have in common: a URL, a log, and protection in front of the SDK's transport.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, type Hit, type Loopback, listen, type Tls } from './loopback.ts';
import { admit, type Protection, protection, serveMetadata } from './protection.ts';
import type { TokenIssuer } from './token-check.ts';

export type McpOptions = {
  /** Without any, the server asks nobody for a token. */
  authorizationServers?: TokenIssuer[];
  /** Path of the MCP endpoint; `/mcp`, and `/sse` for HTTP+SSE. */
  path?: string;
  protection?: Partial<Protection>;
  tls?: Tls;
  /** Where one was that is started again; any free one otherwise. */
  port?: number;
};

export type McpServerHandle = Loopback & {
  /** The MCP endpoint. */
  mcpUrl: string;
  protection: Protection;
  /** How many JSON-RPC requests of this method came in, refused ones included. */
  calls(method: string): number;
  /** Forgets every MCP session; only servers that have sessions. */
  loseSessions(): Promise<void>;
  /** How a request on a forgotten session is answered: by the specification 404, or 401 without a challenge. */
  lostSession: 'not-found' | 'unauthorized';
};

/** An SDK's transport as the frame sees it. */
export type Endpoint = {
  paths: string[];
  handle(request: IncomingMessage, response: ServerResponse, hit: Hit): Promise<void>;
  /** Whether this request names a session that is no longer there. */
  isLost?(hit: Hit): boolean;
  loseSessions?(): Promise<void>;
  close(): Promise<void>;
};

/** Serves `endpoint` on loopback. Protected as soon as there is an authorization server. */
export async function serveMcp(
  options: McpOptions,
  path: string,
  endpoint: Endpoint,
  /** Requests for other paths, such as those of an authorization server on the same origin; true if answered. */
  beside: (hit: Hit, response: ServerResponse) => boolean | Promise<boolean> = () => false,
): Promise<McpServerHandle> {
  const handle: McpServerHandle = Object.assign(
    await listen(
      async (request, response, hit) => {
        if (await beside(hit, response)) return;
        const { protection: rules, mcpUrl } = handle;
        const isProtected = rules.authorizationServers.length > 0;
        if (isProtected && serveMetadata(rules, mcpUrl, hit, response)) return;
        if (!endpoint.paths.includes(hit.path)) return answer(response, 404, 'Not Found', 'text/plain');
        if (isProtected && !(await admit(rules, mcpUrl, hit, response))) return;
        if (endpoint.isLost?.(hit) && handle.lostSession === 'unauthorized') return answer(response, 401);
        await endpoint.handle(request, response, hit);
      },
      { tls: options.tls ?? false, port: options.port ?? 0 },
    ),
    {
      mcpUrl: '',
      protection: protection('', []),
      lostSession: 'not-found' as const,
      calls: (method: string) => handle.log.filter(({ json }) => methodsOf(json).includes(method)).length,
      loseSessions: async () => endpoint.loseSessions?.(),
    },
  );
  handle.mcpUrl = `${handle.url}${options.path ?? path}`;
  handle.protection = {
    ...protection(handle.mcpUrl, options.authorizationServers ?? []),
    ...options.protection,
  };
  const closeLoopback = handle.close;
  handle.close = async () => {
    await endpoint.close();
    await closeLoopback();
  };
  return handle;
}

function methodsOf(json: unknown): unknown[] {
  return [json].flat().map((message) => (message as { method?: unknown } | undefined)?.method);
}
