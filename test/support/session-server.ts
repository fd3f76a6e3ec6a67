import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { answer, type Hit } from './loopback.ts';
import { type Endpoint, type McpOptions, type McpServerHandle, serveMcp } from './mcp-server.ts';
import { addTools, olderProgress } from './toolbox.mjs';

export type OlderOptions = McpOptions & {
  /** Gives it other tools. */
  tools?: (server: McpServer) => void;
};

/** The official SDK's maintenance line: Streamable HTTP with sessions, 2025 revisions only. */
export async function sessionServer(options: OlderOptions = {}): Promise<McpServerHandle> {
  return serveMcp(options, '/mcp', sessionEndpoint(options.path, options.tools));
}

/** The endpoint alone, for servers that put something of their own in front. */
export function sessionEndpoint(
  path = '/mcp',
  register: OlderOptions['tools'] = (made) => addTools(made, olderProgress),
): Endpoint {
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
      const transport = (id === undefined ? undefined : sessions.get(id)) ?? (await open(sessions, register));
      await transport.handleRequest(request, response, hit.json);
    },
    loseSessions,
    close: loseSessions,
  };
}

async function open(
  sessions: Map<string, StreamableHTTPServerTransport>,
  register: (server: McpServer) => void,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  const server = new McpServer({ name: 'session-server', version: '1.0.0' }, { instructions: 'Be patient' });
  register(server);
  // Its optional members are typed without exactOptionalPropertyTypes in mind.
  await server.connect(transport as Transport);
  return transport;
}
