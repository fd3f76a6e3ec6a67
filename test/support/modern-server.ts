import { toNodeHandler } from '@modelcontextprotocol/node';
import { completable, createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type McpOptions, type McpServerHandle, serveMcp } from './mcp-server.ts';
import { addSurface, type SurfaceServer } from './surface.ts';
import { addTools, modernProgress } from './toolbox.mjs';

type Options = McpOptions & { modernOnly?: boolean; register?: (server: McpServer) => void };

/**
 * The official SDK's current line. It serves both eras (2025 ones without sessions), or with `modernOnly` nothing
 * but the 2026-07-28 revision. `register` gives it other tools.
 */
export async function modernServer(options: Options = {}): Promise<McpServerHandle> {
  const { register = (made) => addTools(made, modernProgress) } = options;
  return (await open(options, register)).handle;
}

/** The same with resources, prompts and subscriptions; `register` adds more. */
export async function modernSurfaceServer(options: Options = {}): Promise<SurfaceServer> {
  const { handle, handler } = await open(options, (server) => {
    addTools(server, modernProgress);
    addSurface(server, {
      ResourceTemplate,
      proposed: (values) =>
        completable(z.string(), (typed) => values.filter((each) => each.startsWith(typed))).optional(),
    });
    options.register?.(server);
  });
  return Object.assign(handle, {
    updated: async (uri: string) => handler.notify.resourceUpdated(uri),
    changed: async () => handler.notify.toolsChanged(),
  });
}

async function open(options: Options, register: (server: McpServer) => void) {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: 'modern-server', version: '2.0.0' }, { instructions: 'Be kind' });
      register(server);
      return server;
    },
    { legacy: options.modernOnly ? 'reject' : 'stateless' },
  );
  const serve = toNodeHandler(handler);
  const handle = await serveMcp(options, '/mcp', {
    paths: [options.path ?? '/mcp'],
    // Its structural types are written without exactOptionalPropertyTypes in mind.
    handle: (request, response, hit) => serve(request as Parameters<typeof serve>[0], response, hit.json),
    close: () => handler.close(),
  });
  return { handle, handler };
}
