// Servers that take the first request and then end, or never begin: nobody waits for an answer that cannot come.
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { hostileServer, toolOf } from '../support/hostile-server.ts';
import { answer, type Hit, listen } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const stream = { 'content-type': 'text/event-stream' };
const ends: [string, (response: ServerResponse) => void][] = [
  ['is empty', (response) => void response.writeHead(200, stream).end()],
  ['says something else', (response) => void response.writeHead(200, stream).end(': hello\n\ndata: 1\n\n')],
  [
    'breaks',
    (response) => {
      response.writeHead(200, stream);
      response.write('data: {"jsonrpc":', () => response.destroy());
    },
  ],
];

async function attempt(method: string, end: (response: ServerResponse) => void, protocol: string) {
  const server = keep(
    await listen((_request, response, hit: Hit) => {
      const { id, method: asked } = (hit.json ?? {}) as { id?: unknown; method?: string };
      if (hit.method !== 'POST') return answer(response, 405);
      if (asked === method) return end(response);
      if (id === undefined) return response.writeHead(202).end();
      answer(response, 200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } });
    }),
  );
  const { script } = desk(notes({ url: `${server.url}/mcp` }));
  const start = performance.now();
  const result = await script(`--server notes tools list --json --timeout 20 --protocol ${protocol}`);
  return { took: performance.now() - start, ...errorOf(result) };
}

test.each(ends)('the stream that was to answer `initialize` %s', async (_, end) => {
  const { took, code } = await attempt('initialize', end, 'legacy');
  expect(code).toBe('closed');
  expect(took).toBeLessThan(5_000);
});

test.each([200, 202])(
  'the answer to a notification, HTTP %i, need not end',
  async (status) => {
    const server = keep(await hostileServer({ tools: [toolOf('x')] }));
    server.intercept = ({ json }, response) => {
      if (json === undefined || 'id' in (json as object)) return false;
      response.writeHead(status, stream).write(': more follows\n\n');
      return true;
    };
    const { script } = desk(notes({ url: server.mcpUrl }));
    expect(await script('tools list --timeout 5 --protocol legacy')).toMatchObject({ exit: 0, stderr: '' });
  },
  10_000,
);

test.each(ends)('the stream that was to answer the question for the revision %s', async (_, end) => {
  for (const protocol of ['modern', 'auto']) {
    const { took, code } = await attempt('server/discover', end, protocol);
    expect(code).toBe('closed');
    expect(took).toBeLessThan(5_000);
  }
});
