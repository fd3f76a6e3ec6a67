// What the bench talks to, in a process of its own: an authorization server that trusts one client, and many MCP servers
// of both eras with ten tools each. `GET /count` gives the requests since it was asked last, whatever they were for.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer as ModernServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { answerAtOnce } from './quick.mjs';

const TOKEN = 'bench-token';
const tools = Number(process.env.BENCH_TOOLS ?? 10);
let count = [];

function addTools(server) {
  for (let each = 0; each < tools; each++)
    server.registerTool(
      each === 0 ? 'echo' : `tool_${each}`,
      { description: `Tool number ${each}`, inputSchema: z.object({ text: z.string() }) },
      async ({ text }) => ({
        content: [
          { type: 'text', text: /^repeat:\d+$/.test(text) ? 'x'.repeat(Number(text.slice(7))) : text },
        ],
      }),
    );
  return server;
}

const modern = toNodeHandler(
  createMcpHandler(() => addTools(new ModernServer({ name: 'modern', version: '1.0.0' })), {
    legacy: 'reject',
  }),
);

async function legacy(request, response, body) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  });
  response.on('close', () => void transport.close());
  await addTools(new McpServer({ name: 'legacy', version: '1.0.0' })).connect(transport);
  await transport.handleRequest(request, response, body);
}

const server = createServer(async (request, response) => {
  const { url, method, headers } = request;
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const json = (value, status = 200, more = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(value));
  const origin = `http://${headers.host}`;
  if (url === '/count') {
    const seen = count;
    count = [];
    return json(seen);
  }
  const isMcp = /^\/(quick-)?(modern|legacy)\/\d+$/.test(url);
  if (!url.startsWith('/quick-'))
    count.push(isMcp && text !== '' ? JSON.parse(text).method : `${method} ${url}`);
  if (url.startsWith('/.well-known/oauth-protected-resource'))
    return json({
      resource: `${origin}${url.slice('/.well-known/oauth-protected-resource'.length)}`,
      authorization_servers: [origin],
    });
  if (url === '/.well-known/oauth-authorization-server')
    return json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      response_types_supported: ['code'],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    });
  if (url === '/token' && method === 'POST')
    return json({ access_token: TOKEN, token_type: 'Bearer', expires_in: 86_400 });
  if (!isMcp) return json({}, 404);
  if (headers.authorization !== `Bearer ${TOKEN}`)
    return json({}, 401, {
      'www-authenticate': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource${url}"`,
    });
  const body = text === '' ? undefined : JSON.parse(text);
  if (url.startsWith('/quick-')) {
    if (method !== 'POST') return json({}, 405);
    const answer = answerAtOnce(body, url.startsWith('/quick-modern'));
    return answer ? json(answer) : response.writeHead(202).end();
  }
  await (url.startsWith('/modern') ? modern : legacy)(request, response, body);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port, token: TOKEN }));
process.on('disconnect', () => process.exit());
