import { randomUUID } from 'node:crypto';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { answer, type Hit } from './loopback.ts';
import { type Endpoint, type McpOptions, type McpServerHandle, serveMcp } from './mcp-server.ts';
import { addSurface, type SurfaceServer } from './surface.ts';
import { addTools, olderProgress } from './toolbox.mjs';

export type OlderOptions = McpOptions & {
  /** Gives it other tools. */
  tools?: (server: McpServer) => void;
};

/** The official SDK's maintenance line: Streamable HTTP with sessions, 2025 revisions only. */
export async function sessionServer(options: OlderOptions = {}): Promise<McpServerHandle> {
  return serveMcp(options, '/mcp', sessionEndpoint(options.path, options.tools));
}

/** The same with resources, prompts and subscriptions; `tools` adds more. */
export async function sessionSurfaceServer(options: OlderOptions = {}): Promise<SurfaceServer> {
  const watched = new Map<McpServer, Set<string>>();
  const all = new Set<McpServer>();
  const endpoint = sessionEndpoint(options.path, (server) => {
    const uris = new Set<string>();
    all.add(server);
    addSurface(server, {
      ResourceTemplate,
      proposed: (values) =>
        completable(z.string().optional(), (typed) => values.filter((each) => each.startsWith(typed ?? ''))),
    });
    options.tools?.(server);
    server.server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
      uris.add(params.uri);
      watched.set(server, uris);
      return {};
    });
    server.server.setRequestHandler(UnsubscribeRequestSchema, async ({ params }) => {
      uris.delete(params.uri);
      return {};
    });
  });
  return Object.assign(await serveMcp(options, '/mcp', endpoint), {
    updated: async (uri: string) => {
      for (const [server, uris] of watched)
        if (server.isConnected() && uris.has(uri)) await server.server.sendResourceUpdated({ uri });
    },
    changed: async () => {
      for (const server of all) if (server.isConnected()) await server.server.sendToolListChanged();
    },
  });
}

/** The endpoint alone, for servers that put something of their own in front. */
export function sessionEndpoint(path = '/mcp', add: (server: McpServer) => void = () => {}): Endpoint {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const named = ({ headers }: Hit) => headers['mcp-session-id']?.toString();
  const loseSessions = async () => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.all(open.map((transport) => transport.close()));
  };

  return {
    paths: [path],
    isLost: (hit) => named(hit) !== undefined && !sessions.has(named(hit) ?? ''),
    async handle(request, response, hit) {
      const id = named(hit);
      if (id !== undefined && !sessions.has(id)) {
        return answer(response, 404, {
          jsonrpc: '2.0',
          error: { code: -32001, message: 'Session not found' },
          id: null,
        });
      }
      const transport = (id === undefined ? undefined : sessions.get(id)) ?? (await open(sessions, add));
      await transport.handleRequest(request, response, hit.json);
    },
    loseSessions,
    close: loseSessions,
  };
}

async function open(
  sessions: Map<string, StreamableHTTPServerTransport>,
  add: (server: McpServer) => void,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  const server = new McpServer({ name: 'session-server', version: '1.0.0' }, { instructions: 'Be patient' });
  addTools(server, olderProgress);
  add(server);
  // Its optional members are typed without exactOptionalPropertyTypes in mind.
  await server.connect(transport as Transport);
  return transport;
}
