import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keep } from './scene.ts';

/**
 * An MCP server of 2025-11-25 that gives everything the same result at once, and keeps nothing: where time or memory is
 * measured, any other would be what is measured.
 */
export async function quickServer(
  result: object,
  capabilities: object = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const hello = { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'quick', version: '1' } };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method } = JSON.parse(body) as { id?: number; method: string };
    if (id === undefined) return void response.writeHead(202).end();
    const answer = { jsonrpc: '2.0', id, result: method === 'initialize' ? hello : result };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return keep({ url: `http://127.0.0.1:${port}/mcp`, close });
}
