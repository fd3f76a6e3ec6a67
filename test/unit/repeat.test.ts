// The line that would make a call again: a shell hands it over as it was meant, and our own parser reads the same.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseObject, parseWord, toolArguments } from '../../src/session/arguments.ts';
import { repeatLine } from '../../src/workspace/repeat.ts';
import { newHome } from '../support/home.ts';

type Tool = Parameters<typeof repeatLine>[0]['tool'];

function tool(properties: object = {}, more: object = {}): Tool {
  return { name: 'search', inputSchema: { type: 'object', properties, ...more } } as Tool;
}

const OPEN = tool();

describe('the line', () => {
  test.each<[string, Tool, Record<string, unknown>, string, string[]]>([
    [
      'has words where they say it all',
      tool({ query: { type: 'string' }, filter: { type: 'object' } }),
      { query: 'hello', filter: { a: 1 } },
      `search query=hello 'filter:={"a":1}'`,
      [],
    ],
    [
      'keeps a text a text',
      tool({ id: { type: ['integer', 'string'] } }),
      { id: '5' },
      `search 'id:="5"'`,
      [],
    ],
    ['writes a number as one', tool({ id: { type: 'integer' } }), { id: 5 }, 'search id=5', []],
    ['does not name a file', OPEN, { a: '@x' }, `search 'a:="@x"'`, []],
    ['quotes quotes', OPEN, { a: `it's` }, `search 'a=it'\\''s'`, []],
    ['leaves no shell a home folder', OPEN, { a: '~/x' }, `search 'a=~/x'`, []],
    [
      'shows no hidden character',
      OPEN,
      { a: '\u001b[2Jx\n\u202e' },
      `search 'a:="\\u001b[2Jx\\n\\u202e"'`,
      [],
    ],
    ['is no flag', OPEN, { '-x': '1' }, '-- search -x=1', []],
    ['pipes what is too long', OPEN, { a: 'x'.repeat(501), b: 'y' }, '--args - search b=y', ['a']],
    ['pipes what no word can name', OPEN, { 'a=b': 1, 'c:': 2, '': 3 }, '--args - search', ['a=b', 'c:', '']],
    ['pipes what a word may not name', tool({ a: {} }), { b: 1 }, '--args - search', ['b']],
  ])('%s', (_, of, args, line, piped) => {
    const start = 'mcp-cli --server notion tools call ';
    expect(repeatLine({ server: 'notion', tool: of, args })).toEqual({ line: start + line, piped });
  });

  test('has no character of a tool name that a terminal acts on', () => {
    const name = 'a\u001b]52;c;YmFk\u0007\u202eb\nc';
    const { line } = repeatLine({ server: 'notion', tool: { ...OPEN, name }, args: {} });
    expect(line).toBe(`mcp-cli --server notion tools call 'a\\u202eb c'`);
  });

  test('has the flags, and no query of a URL', () => {
    const call = { server: 'https://a.example/?key=1', tool: OPEN, args: {}, flags: ['--account', 'a b'] };
    expect(repeatLine(call).line).toBe(`mcp-cli --account 'a b' --server URL tools call search`);
  });

  test('is read by /bin/sh and by us as it was meant', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '5',
        'true',
        'null',
        '@f',
        '~',
        '$HOME',
        '`id`',
        '[1]',
        '{}',
        '',
        ' ',
        '\n',
        "'",
        '\\',
        '*',
      ),
    );
    const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
    const key = fc.oneof(
      fc.constantFrom('a', 'b', '-a', 'a:', 'a=b', '', '~a', '@a', '__proto__'),
      fc.string(),
    );
    const calls = fc.array(fc.tuple(key, value, fc.nat(5)), { maxLength: 4 });
    const lines: { line: string; args: Record<string, unknown>; of: Tool; piped: string[] }[] = [];
    fc.assert(
      fc.property(calls, (all) => {
        const args = Object.fromEntries(all.map(([name, each]) => [name, each]));
        const listed = all.filter(([, , turn]) => turn < 5);
        const properties = Object.fromEntries(
          listed.map(([name, , turn]) => [name, schemaOf(args[name], turn)]),
        );
        const of = tool(properties);
        lines.push({ of, args, ...repeatLine({ server: 'notion', tool: of, args }) });
      }),
      { numRuns: 150, seed: 7 },
    );
    // One shell for all of them: each line becomes its words, with marks that no argument can have.
    const script = lines.map(({ line }) => `show ${line}\n`).join('');
    const show = `show() { for each in "$@"; do printf '%s\\0' "$each"; done; printf '\\0'; }\n`;
    const file = join(newHome(), 'lines.sh');
    writeFileSync(file, show + script);
    const shown = execFileSync('/bin/sh', [file], { maxBuffer: 1e8 }).toString('utf8');
    const read = shown.split('\0\0').slice(0, -1);
    expect(read).toHaveLength(lines.length);
    for (const [index, { of, args, piped }] of lines.entries()) {
      const words = (read[index] ?? '')
        .split('\0')
        .slice(5)
        .filter((each) => each !== '--');
      const base = words[0] === '--args' ? words.splice(0, 2) : [];
      expect(base).toEqual(piped.length > 0 ? ['--args', '-'] : []);
      expect(words.shift()).toBe('search');
      const given = Object.fromEntries(piped.map((name) => [name, args[name]]));
      const rest = parseObject(JSON.stringify(given), 'standard input');
      const again = await toolArguments(of, words.map(parseWord), rest, noFile, []);
      expect(again).toEqual(JSON.parse(JSON.stringify(args)));
    }
  });
});

const noFile = () => Promise.reject(new Error('a file was read'));

/** One that the value fits, by which its word is read. */
function schemaOf(value: unknown, turn: number): object {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const types = [
    {},
    { type },
    { type: [type, 'number', 'string'] },
    { type: ['boolean', 'null', type, 'object'] },
  ];
  return types[turn] ?? { anyOf: [{ type: 'integer' }, { type }] };
}
