// `--schema FILE`: a script that was written for a tool is told when it is another one, before anything is called.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configFile, newHome } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

const INPUT = { query: z.string(), limit: z.number().optional() };
const OUTPUT = { found: z.number() };

type Tool = { description?: string; inputSchema?: z.ZodObject; outputSchema?: z.ZodObject | undefined };

/** Somebody who has a file of the tool as it was, and a server where it is as `now` says. */
async function since(now: Tool) {
  let calls = 0;
  const tool = { description: 'Finds', inputSchema: z.object(INPUT), outputSchema: z.object(OUTPUT) };
  let current: Tool = tool;
  const register = (server: McpServer) => {
    server.registerTool('search', current as typeof tool, async () => {
      calls++;
      return { content: [{ type: 'text', text: '{"found":1}' }], structuredContent: { found: 1 } };
    });
  };
  const server = keep(await modernServer({ register }));
  const cwd = newHome();
  const { script } = desk(configFile({ mcpServers: { bench: { url: server.mcpUrl } } }));
  const file = await script('tools describe search --json', { cwd });
  writeFileSync(join(cwd, 'search.json'), file.stdout);
  current = { ...tool, ...now };
  return { cwd, calls: () => calls, run: (line: string) => script(line, { cwd }) };
}

const CALL = 'tools call search query=x --schema search.json --json';

test.each<[string, Tool]>([
  ['the same', {}],
  ['described in other words', { description: 'Searches' }],
  ['one that takes more', { inputSchema: z.object({ ...INPUT, page: z.number().optional() }) }],
  ['one that answers more', { outputSchema: z.object({ ...OUTPUT, more: z.boolean().optional() }) }],
])('a tool that is %s is called', async (_, now) => {
  const { run, calls } = await since(now);
  expect(await run(CALL)).toMatchObject({ exit: 0, stderr: '' });
  expect(calls()).toBe(1);
});

test.each<[Tool, string]>([
  [{ inputSchema: z.object({ ...INPUT, page: z.number() }) }, 'page is required now'],
  [{ inputSchema: z.object({ query: z.string() }) }, 'limit is gone'],
  [{ inputSchema: z.object({ ...INPUT, query: z.enum(['a', 'b']) }) }, 'query takes only "a", "b"'],
  [
    { outputSchema: z.object({ count: z.number(), found: z.number().optional() }) },
    'found of the result is not promised any more',
  ],
  [{ outputSchema: undefined }, 'its results have no schema any more'],
])('one that has changed is not called, and the change is named', async (now, change) => {
  const { run, calls } = await since(now);
  const result = await run(CALL);
  expect(result.exit).toBe(7);
  expect(errorOf(result)).toEqual({
    code: 'schema_changed',
    message: `search is not what search.json says: ${change}`,
    hint: 'nothing was called; if the change is right, keep it: mcp-cli --server bench tools describe search --json > search.json',
    server: 'bench',
  });
  expect(calls()).toBe(0);
  expect((await run('tools describe search --schema search.json')).exit).toBe(7);
});

test('--schema-mode strict takes every change for one', async () => {
  const { run, calls } = await since({
    description: 'Searches',
    inputSchema: z.object({ ...INPUT, page: z.number().optional() }),
  });
  const result = await run(`${CALL} --schema-mode strict`);
  expect([result.exit, errorOf(result).message]).toEqual([
    7,
    'search is not what search.json says: another description; another inputSchema',
  ]);
  expect(calls()).toBe(0);
  const same = await since({});
  expect((await same.run(`${CALL} --schema-mode strict`)).exit).toBe(0);
});

test.each([
  ['none.json', 'unreadable_file', 'cannot read none.json'],
  ['list.json', 'bad_schema_file', 'list.json does not describe a tool'],
  ['text.json', 'bad_schema_file', 'text.json does not describe a tool'],
  ['other.json', 'bad_schema_file', 'other.json describes other, not search'],
])('%s is exit 2, %s', async (file, code, message) => {
  const { run, cwd, calls } = await since({});
  writeFileSync(join(cwd, 'list.json'), '{"tools":[]}');
  writeFileSync(join(cwd, 'text.json'), 'search');
  writeFileSync(join(cwd, 'other.json'), '{"name":"other","inputSchema":{}}');
  const result = await run(`tools call search query=x --schema ${file} --json`);
  expect([result.exit, errorOf(result)]).toEqual([
    2,
    expect.objectContaining({ code, message, hint: expect.any(String) }),
  ]);
  expect(calls()).toBe(0);
});
