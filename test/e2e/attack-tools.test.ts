// Lists of tools in which some are none, or ask for what they may not: the others are there all the same.
import { afterEach, expect, test, vi } from 'vitest';
import { hostileServer, type Says, toolOf } from '../support/hostile-server.ts';
import { notes, toolNames } from '../support/person.ts';
import { desk, keep } from '../support/scene.ts';

const EVIL = 'x\u001b]52;c;ZXZpbA==\u0007\nerror: forged';

afterEach(() => vi.restoreAllMocks());

async function open(says: Says) {
  return desk(notes({ url: keep(await hostileServer(says)).mcpUrl })).script;
}

const schema = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const named = (header: unknown) => ({ type: 'string', 'x-mcp-header': header });

const headers: [string, object][] = [
  ['no name', schema({ a: named(7) })],
  ['an empty name', schema({ a: named('') })],
  ['no name of a header', schema({ a: named('a b') })],
  ['a header that breaks the line', schema({ a: named('A\r\nAuthorization') })],
  ['an argument that is a list', schema({ a: { type: 'array', 'x-mcp-header': 'A' } })],
  ['an argument that is a number', schema({ a: { type: 'number', 'x-mcp-header': 'A' } })],
  ['the same twice', schema({ a: named('A'), b: schema({ c: named('a') }) })],
  ['the whole', schema({}, { 'x-mcp-header': 'A' })],
  ['things in a list', schema({ a: { type: 'array', items: named('A') } })],
  ['a choice', schema({}, { anyOf: [schema({ a: named('A') })] })],
  ['a definition', schema({}, { $defs: { d: named('A') } })],
];

test.each(headers)(
  'a tool that wants a header for %s is left out, and its name drives no terminal',
  async (_, inputSchema) => {
    const spoken = (['log', 'warn', 'error', 'info', 'debug'] as const).map((name) =>
      vi.spyOn(console, name),
    );
    const tools = [toolOf('good'), toolOf(EVIL, { inputSchema })];
    const script = await open({ modern: true, tools });
    const result = await script('tools list --json');
    expect({ exit: result.exit, names: toolNames(result) }).toEqual({ exit: 0, names: ['good'] });
    expect(result.stderr).toMatch(/^warning: the tool x.* of notes is left out: .*x-mcp-header.*\n$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    expect(result.stderr).not.toMatch(/\u001b|\u0007|^error/m);
    for (const spy of spoken) expect(spy).not.toHaveBeenCalled();
    // The revisions before know nothing of it.
    expect(toolNames(await script('tools list --json --protocol legacy'))).toEqual(['good', EVIL]);
  },
);

test('a tool that wants headers as it may is called with them', async () => {
  const inputSchema = schema(
    { 'x-mcp-header': named('One'), b: schema({ c: { type: 'integer', 'x-mcp-header': 'Two' } }) },
    { default: { 'x-mcp-header': 'no schema' } },
  );
  const server = keep(
    await hostileServer({ modern: true, tools: [toolOf('x', { inputSchema })], result: { content: [] } }),
  );
  const { script } = desk(notes({ url: server.mcpUrl }));
  const result = await script(['tools', 'call', 'x', '--args', '{"x-mcp-header":"a","b":{"c":7}}']);
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(server.log.at(-1)?.headers).toMatchObject({ 'mcp-param-one': 'a', 'mcp-param-two': '7' });
});

const shapes: [string, unknown, string][] = [
  ['nothing', null, 'a tool of notes is left out: it is no object'],
  ['a list', [], 'a tool of notes is left out: it is no object'],
  ['a text', 'tool', 'a tool of notes is left out: it is no object'],
  ['without a schema', { name: 'y' }, 'the tool y of notes is left out: it has no inputSchema'],
  [
    'with a name that is none',
    toolOf('', { name: { a: 1 } }),
    'a tool of notes is left out: its name is not what MCP has there',
  ],
  [
    'with a description that is none',
    toolOf('y', { description: 7 }),
    'the tool y of notes is left out: its description is not what MCP has there',
  ],
  [
    'for something else than an object',
    toolOf('y', { inputSchema: { type: 'string' } }),
    'the tool y of notes is left out: its inputSchema.type is not what MCP has there',
  ],
];

test.each(shapes)('%s is no tool, in either era', async (_, tool, warning) => {
  for (const modern of [true, false]) {
    const script = await open({ modern, tools: [tool, toolOf('x')] });
    const result = await script('tools list --json');
    expect({ exit: result.exit, names: toolNames(result) }).toEqual({ exit: 0, names: ['x'] });
    expect(result.stderr).toBe(`warning: ${warning}\n`);
  }
});

test.each([
  { type: 'string' },
  { type: 'object', properties: [] },
  { type: 'object', properties: 7 },
  { type: 'object', required: [7] },
  { type: 'object', required: {} },
  7,
])('a result that is %j costs the tool and not the list, until 2025-11-25', async (outputSchema) => {
  const script = await open({ tools: [toolOf('y', { outputSchema }), toolOf('x')] });
  const result = await script('tools list --json');
  expect({ exit: result.exit, names: toolNames(result) }).toEqual({ exit: 0, names: ['x'] });
  expect(result.stderr).toMatch(/^warning: the tool y of notes is left out: its outputSchema.*\n$/);
});

test('a list that is wrong from end to end fills no screen', async () => {
  const tools = Array.from({ length: 5_000 }, (_, index) => ({ name: `${index}`.padStart(5_000, 'n') }));
  const script = await open({ tools: [...tools, toolOf('x')] });
  const { exit, stdout, stderr } = await script('tools list');
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'TOOL  DESCRIPTION\nx\n' });
  expect(stderr.length).toBeLessThan(6_000);
  expect(stderr).toMatch(/\nwarning: further tools of notes are left out\n$/);
});
