import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { answer } from './loopback.ts';
import { type McpServerHandle, serveMcp } from './mcp-server.ts';
import type { OlderOptions } from './session-server.ts';
import { addTools, olderProgress } from './toolbox.mjs';

/** The transport of the 2024-11-05 revision: an event stream at GET /sse, messages to POST /messages. */
export async function sseServer(options: OlderOptions = {}): Promise<McpServerHandle> {
  const path = options.path ?? '/sse';
  const sessions = new Map<string, SSEServerTransport>();
  const loseSessions = async () => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.all(open.map((transport) => transport.close()));
  };

  return serveMcp({ ...options, path }, path, {
    paths: [path, '/messages'],
    async handle(request, response, hit) {
      if (hit.path === '/messages') {
        const transport = sessions.get(hit.params.sessionId ?? '');
        if (transport === undefined) return answer(response, 404, 'Session not found', 'text/plain');
        return transport.handlePostMessage(request, response, hit.json);
      }
      // A client that tries Streamable HTTP first learns here that this is the older transport.
      if (hit.method !== 'GET') return answer(response, 405, 'Method Not Allowed', 'text/plain');
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      response.on('close', () => sessions.delete(transport.sessionId));
      const server = new McpServer({ name: 'sse-server', version: '1.0.0' });
      const { tools = (made: McpServer) => addTools(made, olderProgress) } = options;
      tools(server);
      await server.connect(transport);
    },
    loseSessions,
    close: loseSessions,
  });
}
