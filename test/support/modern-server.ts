import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { type McpOptions, type McpServerHandle, serveMcp } from './mcp-server.ts';
import { addTools, modernProgress } from './toolbox.mjs';

/**
 * The official SDK's current line. It serves both eras (2025 ones without sessions), or with `modernOnly` nothing
 * but the 2026-07-28 revision. `register` gives it other tools.
 */
export async function modernServer(
  options: McpOptions & { modernOnly?: boolean; register?: (server: McpServer) => void } = {},
): Promise<McpServerHandle> {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: 'modern-server', version: '2.0.0' }, { instructions: 'Be kind' });
      const { register = (made) => addTools(made, modernProgress) } = options;
      register(server);
      return server;
    },
    { legacy: options.modernOnly ? 'reject' : 'stateless' },
  );
  const serve = toNodeHandler(handler);
  return serveMcp(options, '/mcp', {
    paths: [options.path ?? '/mcp'],
    // Its structural types are written without exactOptionalPropertyTypes in mind.
    handle: (request, response, hit) => serve(request as Parameters<typeof serve>[0], response, hit.json),
    close: () => handler.close(),
  });
}
