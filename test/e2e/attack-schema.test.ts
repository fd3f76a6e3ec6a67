// Schemas that are small to send and long to judge. A program inside a loop hears no Ctrl-C.
import { expect, test } from 'vitest';
import { hostileServer, type Says, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { desk, keep } from '../support/scene.ts';

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, i) => make(i));
const table = (length: number, make: (index: number) => [string, unknown]) =>
  Object.fromEntries(list(length, make));

const MANY = 20_000;
const name = (index: number) => `${'n'.repeat(90)}${index}`;

/** What a tool says of its results, and the result. */
const results: [string, object, unknown][] = [
  [
    'a list of choices, and a list of what is not among them',
    { items: { enum: list(MANY, (i) => `c${i}`) } },
    list(MANY, () => 'x'),
  ],
  [
    'names that are required of each of many',
    { items: { required: list(MANY, name) } },
    list(MANY, () => ({})),
  ],
  [
    'a reference as long as a book, followed for each of many',
    { $defs: {}, items: { $ref: `#${'/a'.repeat(200_000)}` } },
    list(MANY, () => 1),
  ],
  [
    'many names that are not those that are known',
    { properties: table(2_000, (i) => [name(i), {}]), additionalProperties: false },
    table(2_000, (i) => [`${name(i)}x`, 1]),
  ],
  [
    'one long text, measured again and again',
    { properties: { a: { allOf: list(MANY, () => ({ minLength: 1 })) } } },
    { a: 'x'.repeat(1_000_000) },
  ],
  [
    'one large value, compared again and again',
    { properties: { a: { anyOf: list(MANY, (i) => ({ const: i })) } } },
    { a: list(200_000, () => 1) },
  ],
  ['a schema that branches into itself', { anyOf: list(100, () => ({ $ref: '#' })), required: ['a'] }, {}],
];

async function took(says: Says, line: string): Promise<{ ms: number; exit: number; stderr: string }> {
  const server = keep(await hostileServer(says));
  const { script } = desk(notes({ url: server.mcpUrl }));
  const start = performance.now();
  const { exit, stderr } = await script(`--server notes ${line}`);
  return { ms: performance.now() - start, exit, stderr };
}

test.each(results)(
  'a result against %s',
  async (_, schema, value) => {
    const structuredContent = Array.isArray(value) ? { list: value } : value;
    const outputSchema = Array.isArray(value)
      ? { type: 'object', ...schema, items: undefined, properties: { list: schema } }
      : { type: 'object', ...schema };
    const says = { tools: [toolOf('x', { outputSchema })], result: { content: [], structuredContent } };
    const { ms, exit, stderr } = await took(says, 'tools call x');
    expect(ms).toBeLessThan(20_000);
    expect([0, 7]).toContain(exit);
    expect(stderr.length).toBeLessThan(10_000);
  },
  300_000,
);

test('arguments against a hundred thousand names', async () => {
  const inputSchema = { type: 'object', properties: table(100_000, (i) => [name(i), {}]) };
  const says = { tools: [toolOf('x', { inputSchema })] };
  const { ms, exit, stderr } = await took(says, `tools call x ${'m'.repeat(99)}=1`);
  expect(ms).toBeLessThan(20_000);
  expect(exit).toBe(2);
  expect(stderr.length).toBeLessThan(10_000);
}, 300_000);

test('a tool among a hundred thousand with long names', async () => {
  const says = { tools: list(100_000, (i) => toolOf(name(i))) };
  const { ms, exit } = await took(says, `tools call ${'m'.repeat(99)}`);
  expect(ms).toBeLessThan(8_000);
  expect(exit).toBe(2);
}, 300_000);
