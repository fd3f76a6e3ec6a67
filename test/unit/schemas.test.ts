// schemas/ says what the commands print as JSON; docs/scripts.md shows it. That the commands print nothing else is held
// wherever a test runs one (test/support/cli.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { leaves } from '../support/leaves.ts';
import { lineOf, outputFaults, schemaFor, schemas, violations } from '../support/schemas.ts';
import { examplesOf } from '../support/shape.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scripts.md'), 'utf8');
const examples = examplesOf(page).map(({ line, json }) => ({
  line,
  name: schemaFor(line.split(' ')) ?? '',
  document: withoutMore(JSON.parse(json)),
}));

/** Of `help`, of what a shell or a client reads, and of the program that `auth exec` runs there is no JSON. */
const NO_JSON = ['auth exec', 'completion', 'help', 'proxy'];
/** Of no command. */
const SHARED = ['common', 'error'];
/** What a server sent may have more in it than any schema knows. */
const OPEN = ['cmd', 'schema', 'tools-describe', 'tools-call', 'resources-read', 'prompts-get'];

/** An example without the mark for "more of what the server sent". */
function withoutMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMore);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (key === '…' ? [] : [[key, withoutMore(each)]])),
  );
}

test('every command has a schema, and every schema a command', async () => {
  const commands = (await leaves()).map((path) => path.join(' ')).filter((name) => !NO_JSON.includes(name));
  const own = [...schemas].filter(([name]) => !SHARED.includes(name));
  expect(own.map(([, { title }]) => title).sort()).toEqual(commands.map((name) => `mcp-cli ${name}`).sort());
  expect(own.map(([name]) => name).sort()).toEqual(commands.map((name) => name.replace(' ', '-')).sort());
});

test('they are schemas of 2020-12 under stable names, and every reference leads somewhere', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: true, strictTypes: true });
  for (const [name, schema] of schemas) {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `mcp-cli:/schemas/${name}.json`,
    });
    ajv.addSchema(schema);
  }
  for (const { $id } of schemas.values()) expect(ajv.getSchema($id)).toBeTypeOf('function');
});

describe('the page', () => {
  test.each(examples)('$line', ({ name, document }) => {
    expect(violations(name, document)).toEqual([]);
  });

  test('shows every key that the schemas have', () => {
    const keys = [...new Set([...schemas.values()].flatMap(keysOf))];
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => !new RegExp(`["\`]${key.replace('$', '\\$')}["\`]`).test(page))).toEqual([]);
  });
});

/** Names of properties, at any depth. */
function keysOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(keysOf)];
}

test('what is ours has no key that its schema does not know', () => {
  const open = examples.filter(({ name, document }) => {
    return violations(name, { ...(document as object), unheardOf: 1 }).length === 0;
  });
  expect([...new Set(open.map(({ name }) => name))].sort()).toEqual([...OPEN].sort());
});

const FAILURE = { code: 'refused', message: 'm', server: 'away' };

test.each<[string, unknown, boolean]>([
  ['tools-list', { servers: { a: { tools: [] }, b: { error: FAILURE } } }, true],
  ['tools-list', { servers: { a: { error: 'refused' } } }, false],
  ['tools-list', { tools: [{ name: 'x' }] }, false],
  ['auth-login', { servers: { a: { server: 'a', error: FAILURE } } }, true],
  ['auth-login', { server: 'a', state: 'signed_in' }, false],
  ['auth-status', { server: 'a', state: 'asleep' }, false],
  ['auth-list', { server: 'a', state: 'stdio' }, false],
  ['ping', { server: 'a', ms: '3', protocol: '2026-07-28' }, false],
  ['tools-call', { content: [{ type: 'video' }], later: true }, true],
  ['tools-call', { content: {} }, false],
  ['error', { error: FAILURE }, true],
  ['error', { error: FAILURE, errors: [FAILURE, FAILURE] }, true],
  ['error', { error: { ...FAILURE, stack: 'x' } }, false],
  ['error', { error: { message: 'm' } }, false],
])('%s and %j: %s', (name, document, fits) => {
  expect(violations(name, document).length === 0).toBe(fits);
});

test.each<[string, unknown, boolean]>([
  ['tools-list', { name: 'x', inputSchema: { type: 'object' } }, true],
  ['tools-list', { server: 'a', tool: { name: 'x', inputSchema: { type: 'object' } } }, true],
  ['tools-list', { server: 'a', error: FAILURE }, true],
  ['tools-list', { tools: [] }, false],
  ['token-migrate', { server: 'a', to: 'encrypted', state: 'moved', from: 'vault' }, true],
  ['token-keygen', { key: 'x' }, true],
])('a line of %s and %j: %s', (name, line, fits) => {
  expect(violations(lineOf(name), line).length === 0).toBe(fits);
});

test('what a command printed is held against its schema', () => {
  const ping = '{"server":"a","ms":1,"protocol":"2026-07-28"}\n';
  const failed = '{"error":{"code":"refused"}}\n';
  expect(outputFaults(['--config-file', 'x', 'ping', 'a', '--json'], ping, '')).toEqual([]);
  expect(outputFaults(['ping', 'a', '--format', 'ndjson'], ping + ping, '')).toEqual([]);
  expect(outputFaults(['ping', '--json'], '{"server":"a"}', '')).not.toEqual([]);
  expect(outputFaults(['ping', '--json'], '', `a warning\n${failed}`)).not.toEqual([]);
  expect(outputFaults(['ping'], 'a  1 ms', '')).toEqual([]);
  expect(outputFaults(['ping', '--help', '--json'], 'Usage', '')).toEqual([]);
});

describe('`schema`', () => {
  test('prints one that stands alone', async () => {
    const { exit, stdout } = await runCli(['schema', 'auth', 'status', '--json']);
    const judge = new Ajv2020({ strict: true }).compile(JSON.parse(stdout));
    expect([exit, judge({ server: 'a', state: 'stdio' }), judge({ server: 'a', state: 'asleep' })]).toEqual([
      0,
      true,
      false,
    ]);
    const alone = await runCli(['schema', 'token', 'keygen']);
    expect(JSON.parse(alone.stdout)).toEqual(schemas.get('token-keygen'));
  });

  test.each([
    ['auth statsu', 'did you mean: mcp-cli schema auth status?'],
    ['../package', 'such as: mcp-cli schema tools list'],
    ['common', 'such as: mcp-cli schema tools list'],
  ])('refuses `%s`', async (words, hint) => {
    const { exit, stderr } = await runCli(['schema', ...words.split(' '), '--json']);
    expect([exit, JSON.parse(stderr).error]).toEqual([
      2,
      expect.objectContaining({ code: 'unknown_schema', hint: expect.stringContaining(hint) }),
    ]);
  });
});
