// An MCP server that wants to keep the program busy, or to fill its memory.

import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import { hostileServer, type Reply, type Says, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { expectTold } from '../support/told.ts';

async function script(says: Says, line: string): Promise<CliResult> {
  const server = keep(await hostileServer(says));
  return desk(notes({ url: server.mcpUrl })).script(`--server notes ${line}`);
}

describe.each([true, false])('a result of a tool with a schema of its own (2026-07-28: %s)', (modern) => {
  const outputSchema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
  const call = (result: object) =>
    script(
      { modern, tools: [toolOf('x', { outputSchema })], result: { content: [], ...result } },
      'tools call x --json',
    );

  test('is held against what can be judged without patterns', async () => {
    expect(await call({ structuredContent: { a: 1 } })).toMatchObject({ exit: 0, stderr: '' });
  });

  test.each([
    ['is something else', { structuredContent: { a: 'one' } }, 'a must be a number, not a string'],
    ['has nothing in it', { structuredContent: {} }, 'a is missing'],
    ['is not there', {}, 'there is no structured content'],
  ])('%s: it is the server that broke its own schema', async (_, result, says) => {
    expectTold(await call(result), {
      exit: 7,
      code: 'schema_mismatch',
      says: `notes broke the schema that it gives for x: ${says}`,
      hint: 'operator',
      server: 'notes',
    });
  });

  test('may be anything where the tool has failed', async () => {
    const { exit, stderr } = await call({ isError: true, structuredContent: { a: 'one' } });
    expect({ exit, stderr }).toEqual({ exit: 8, stderr: expect.stringContaining('"tool_error"') });
  });
});

test('a result that is wrong throughout is not told throughout', async () => {
  const outputSchema = { type: 'object', properties: { a: { items: { type: 'number' } } } };
  const structuredContent = { a: Array.from({ length: 10_000 }, () => 'x') };
  const result = await script(
    { tools: [toolOf('x', { outputSchema })], result: { content: [], structuredContent } },
    'tools call x --json',
  );
  expect(errorOf(result).message).toMatch(/^.{50,300}; and 9997 more$/);
});

test("a pattern in a tool's output schema cannot keep the program busy", async () => {
  const start = performance.now();
  const result = await script(
    {
      tools: [
        toolOf('x', {
          outputSchema: { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } },
        }),
      ],
      result: { content: [], structuredContent: { a: `${'a'.repeat(29)}!` } },
    },
    'tools call x --json',
  );
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(result.exit).toBe(0);
}, 400_000);

/** An answer that is JSON, written by hand: objects this deep cannot be made. */
function deep(depth: number): Reply {
  return (hit, response) => {
    const { id } = hit.json as { id: unknown };
    const schema = `{"type":"object","x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[{"name":"x","inputSchema":${schema}}]}}`,
    );
  };
}

test.each(['tools list', 'tools list --json', 'tools call x a=b', 'tools describe x --json'])(
  '%s: an answer of a hundred thousand levels is an answer that breaks the protocol',
  async (line) => {
    const result = await script({ list: deep(100_000), result: { content: [] } }, line);
    expect(result.exit).toBe(7);
    expect(result.stderr).toContain('nested too deeply');
  },
);

test('so is such a result of a tool', async () => {
  const call: Reply = (hit, response) => {
    const { id } = hit.json as { id: unknown };
    const structured = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":${structured}}}`,
    );
  };
  const result = await script({ tools: [toolOf('x')], call }, 'tools call x --json');
  expect(errorOf(result).code).toBe('too_deep');
});

const MB = 1024 * 1024;

function next(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

/** Sends for as long as anybody listens; `sent` is how much that was. */
function flood(
  type: string,
  piece: string,
  status = 200,
): { reply: Reply; sent(): number; ended: Promise<void> } {
  let sent = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const pour = async (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type });
    response.write(type.includes('json') ? '{"jsonrpc":"2.0","a":"' : 'data: ');
    while (!response.destroyed && sent < 400 * MB) {
      sent += piece.length;
      if (!response.write(piece)) await next(response);
    }
    response.destroy();
    end();
  };
  return { reply: (_hit, response) => void pour(response), sent: () => sent, ended };
}

test('JSON without end is not kept in memory for ever', async () => {
  const { reply, sent, ended } = flood('application/json', 'x'.repeat(MB));
  const result = await script({ list: reply }, 'tools list --json --timeout 20');
  await ended;
  expect(errorOf(result).code).toBe('too_large');
  expect(sent()).toBeLessThan(120 * MB);
}, 60_000);

test('nor is an event', async () => {
  const { reply, sent, ended } = flood('text/event-stream', 'x'.repeat(MB));
  const result = await script({ list: reply }, 'tools list --json --timeout 5');
  await ended;
  expect(errorOf(result).code).toBe('too_large');
  expect(sent()).toBeLessThan(120 * MB);
}, 60_000);

test('a stream may be long as long as its events are not', async () => {
  const list: Reply = (hit, response) => {
    const { id } = hit.json as { id: unknown };
    const message = (value: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...value })}\n\n`;
    const log = { level: 'info', data: 'x'.repeat(MB) };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let count = 0; count < 80; count++)
      response.write(message({ method: 'notifications/message', params: log }));
    response.end(message({ id, result: { tools: [toolOf('x')] } }));
  };
  expect((await script({ list }, 'tools list --json')).exit).toBe(0);
}, 60_000);

/** Empty events for as long as anybody listens: no single one is large. */
function events(status: number, type: string): { reply: Reply; sent(): number; ended: Promise<void> } {
  const { reply, sent, ended } = flood(type, `: ${'x'.repeat(MB)}\n\n`, status);
  return { reply, sent, ended };
}

test.each([
  [200, 'text/event-streams'],
  [200, 'text/event-stream, text/html'],
  [500, 'text/event-stream'],
  [502, 'text/event-stream; charset=utf-8'],
])(
  'HTTP %i with %s is no stream, and is not kept in memory for ever',
  async (status, type) => {
    const { reply, sent, ended } = events(status, type);
    const result = await script({ list: reply }, 'tools list --json --timeout 20');
    await ended;
    expect(result.exit).toBeGreaterThan(4);
    expect(sent()).toBeLessThan(120 * MB);
  },
  60_000,
);

test('a stream is one in whatever letters it is called so', async () => {
  const list: Reply = (hit, response) => {
    const { id } = hit.json as { id: unknown };
    response.writeHead(200, { 'content-type': 'Text/Event-Stream; charset=utf-8' });
    for (let count = 0; count < 80; count++) response.write(`: ${'x'.repeat(MB)}\n\n`);
    const result = { tools: [toolOf('x')] };
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
  };
  expect((await script({ list }, 'tools list --json')).exit).toBe(0);
}, 60_000);

test('a small package that becomes a large answer is given up', async () => {
  const list: Reply = (_hit, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(200 * MB, ' ')));
  };
  expect(errorOf(await script({ list }, 'tools list --json')).code).toBe('too_large');
}, 60_000);

test('a result cannot give an object a prototype, and ids of other kinds answer nothing', async () => {
  const call: Reply = (hit, response) => {
    const { id } = hit.json as { id: number };
    const message = (own: string, text: string) =>
      `data: {"jsonrpc":"2.0","id":${own},"result":{"__proto__":{"isError":true},"content":[{"type":"text","text":"${text}"}]}}\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const own of ['null', '{}', '[]', 'true', '-1', '1e9', '"__proto__"', '"x"'])
      response.write(message(own, 'wrong'));
    response.write(message(JSON.stringify(id), 'right'));
    response.end(message(JSON.stringify(id), 'again'));
  };
  const { exit, stdout } = await script({ tools: [toolOf('x')], call }, 'tools call x');
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'right\n' });
  expect({}).not.toHaveProperty('isError');
});
