import type { ServerResponse } from 'node:http';
import { answer, type Hit, type Loopback, listen } from './loopback.ts';

/** Writes an answer itself. */
export type Reply = (hit: Hit, response: ServerResponse) => unknown;

/** What the server says. */
export type Says = {
  name?: string;
  version?: string;
  instructions?: string;
  tools?: unknown[];
  /** Result of `tools/call`. */
  result?: unknown;
  /** The whole answer to `tools/call`, and to `tools/list`. */
  call?: Reply;
  list?: Reply;
  /** Besides tools. */
  capabilities?: object;
  /** Speaks 2026-07-28 besides. */
  modern?: boolean;
  /** Results of other methods, or their whole answers. */
  results?: Record<string, object | Reply>;
};

/** What 2026-07-28 has in every result; older clients take no notice of it. */
const COMPLETE = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

/** The smallest MCP server (2025-11-25, no sessions, no protection) that says whatever a test puts into its mouth. */
export async function hostileServer(says: Says): Promise<Loopback & { mcpUrl: string }> {
  const server = await listen((_request, response, hit) => {
    const { id, method } = (hit.json ?? {}) as { id?: unknown; method?: string };
    const result = (value: unknown) =>
      answer(response, 200, {
        jsonrpc: '2.0',
        id,
        result: says.modern ? { ...COMPLETE, ...(value as object) } : value,
      });
    const { name = 'hostile', version = '1', instructions, tools = [], result: called, call, list } = says;
    if (hit.method !== 'POST') return answer(response, 405);
    if (id === undefined) return response.writeHead(202).end();
    switch (method) {
      case 'initialize':
        return result({
          protocolVersion: '2025-11-25',
          capabilities: { tools: {}, ...says.capabilities },
          serverInfo: { name, version },
          ...(instructions !== undefined && { instructions }),
        });
      case 'server/discover':
        if (says.modern)
          return result({
            supportedVersions: ['2026-07-28'],
            capabilities: { tools: {}, ...says.capabilities },
            _meta: { 'io.modelcontextprotocol/serverInfo': { name, version } },
          });
        return rpcError(hit, response, 'no such method', -32601);
      case 'tools/list':
        return list ? list(hit, response) : result({ tools });
      case 'tools/call':
        return call ? call(hit, response) : result(called);
      default: {
        const more = says.results?.[method ?? ''];
        if (typeof more === 'function') return more(hit, response);
        if (more !== undefined) return result(more);
        return answer(response, 200, {
          jsonrpc: '2.0',
          id,
          error: { code: -32601, message: 'no such method' },
        });
      }
    }
  });
  return Object.assign(server, { mcpUrl: `${server.url}/mcp` });
}

/** A tool without arguments that is called `name`. */
export function toolOf(name: string, more: object = {}): object {
  return { name, inputSchema: { type: 'object' }, ...more };
}

/** A JSON-RPC error in a server's own words. */
export function rpcError(hit: Hit, response: ServerResponse, message: string, code = -32000): void {
  const { id } = hit.json as { id: unknown };
  answer(response, 200, { jsonrpc: '2.0', id, error: { code, message } });
}

/**
 * An origin that answers as a test likes: `pages` by path, an object as JSON, a function in its own way. `/mcp` asks for a
 * token if nothing else is said, and anything else is not there.
 */
export async function liar(
  pages: (url: string) => Record<string, object | ((hit: Hit, response: ServerResponse) => void)>,
): Promise<Loopback & { mcpUrl: string }> {
  const server: Loopback = await listen((_request, response, hit) => {
    const page = pages(server.url)[hit.path];
    if (typeof page === 'function') return page(hit, response);
    if (page !== undefined) return answer(response, 200, page);
    if (hit.path !== '/mcp') return answer(response, 404, 'Not Found', 'text/plain');
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  });
  return Object.assign(server, { mcpUrl: `${server.url}/mcp` });
}

/** Where the metadata of a `liar` are looked for first. */
export const resourcePath = '/.well-known/oauth-protected-resource/mcp';
export const serverPath = '/.well-known/oauth-authorization-server';
