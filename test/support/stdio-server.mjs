// An MCP server for `command` entries: node stdio-server.mjs. It speaks both eras.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { addTools, modernProgress } from './toolbox.mjs';

serveStdio(() => {
  const server = new McpServer({ name: 'stdio-server', version: '1.0.0' });
  addTools(server, modernProgress);
  // What a child may see of its parent's environment is the client's decision, so tests ask for it.
  server.registerTool('environment', { description: 'Names of its environment variables' }, async () => ({
    content: [{ type: 'text', text: JSON.stringify(Object.keys(process.env).sort()) }],
  }));
  return server;
});
