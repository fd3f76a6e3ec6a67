// Changes to a configuration's text: what is not changed keeps its bytes.
import fc from 'fast-check';
import { parse as parseJson } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { put, without } from '../../src/config/edit.ts';
import { parse } from '../../src/config/read.ts';
import { SEED } from '../support/hostile.ts';

const ENTRY = { url: 'https://x.test/mcp' };
const lines = (...all: string[]) => all.join('\n');

/** [what it is, before, after `new` was added]. Removing it gives `before` again. */
const ADDED: [string, string, string][] = [
  ['compact', '{"mcpServers":{"a":{}}}', '{"mcpServers":{"a":{}, "new": {"url":"https://x.test/mcp"}}}'],
  ['compact and empty', '{"mcpServers":{}}', '{"mcpServers":{"new": {"url":"https://x.test/mcp"}}}'],
  [
    'indented',
    lines('{', '  "mcpServers": {', '    "a": {}', '  }', '}', ''),
    lines(
      '{',
      '  "mcpServers": {',
      '    "a": {},',
      '    "new": {',
      '      "url": "https://x.test/mcp"',
      '    }',
      '  }',
      '}',
      '',
    ),
  ],
  [
    'a comment behind the last one, and one below',
    lines('{', '\t"mcpServers": {', '\t\t"a": {} // mine', '\t\t// "b": {}', '\t}', '}'),
    lines(
      '{',
      '\t"mcpServers": {',
      '\t\t"a": {}, // mine',
      '\t\t"new": {',
      '\t\t\t"url": "https://x.test/mcp"',
      '\t\t}',
      '\t\t// "b": {}',
      '\t}',
      '}',
    ),
  ],
  [
    'a trailing comma',
    lines('{ "mcpServers": {', '    "a": {},', '}, }'),
    lines(
      '{ "mcpServers": {',
      '    "a": {},',
      '    "new": {',
      '        "url": "https://x.test/mcp"',
      '    },',
      '}, }',
    ),
  ],
  [
    'empty, among lines',
    lines('{', '  "mcpServers": {}', '}'),
    lines('{', '  "mcpServers": {', '    "new": {', '      "url": "https://x.test/mcp"', '    }', '  }', '}'),
  ],
  [
    'empty, with a comment',
    lines('{', '  "mcpServers": { // none yet', '  }', '}'),
    lines(
      '{',
      '  "mcpServers": { // none yet',
      '    "new": {',
      '      "url": "https://x.test/mcp"',
      '    }',
      '  }',
      '}',
    ),
  ],
  [
    'a comment that ends the last line of a first member',
    lines('{ "mcpServers": {"a": {} // x', '} }'),
    lines('{ "mcpServers": {"a": {}, // x', '  "new": {', '    "url": "https://x.test/mcp"', '  }', '} }'),
  ],
  [
    'a comment of two lines',
    lines('{ "mcpServers": {"a": {} /* x', ' y */} }'),
    lines('{ "mcpServers": {"a": {}, /* x', ' y */ "new": {"url":"https://x.test/mcp"}} }'),
  ],
  [
    'a byte order mark',
    '\uFEFF{"mcpServers":{}}',
    '\uFEFF{"mcpServers":{"new": {"url":"https://x.test/mcp"}}}',
  ],
];

test.each(ADDED)('%s: an entry is added, and taken out again', (_, before, after) => {
  const added = put(before, ['mcpServers'], 'new', ENTRY);
  expect(added).toBe(after);
  expect(without(added, ['mcpServers'], 'new')).toBe(before);
});

test('line ends are those of the file', () => {
  const before = '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}\r\n';
  const added = put(before, ['mcpServers'], 'new', ENTRY);
  expect(added.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(without(added, ['mcpServers'], 'new')).toBe(before);
});

test('a replaced value leaves what stands around it', () => {
  const before = lines('{ "mcpServers": {', '  // mine', '  "a": { "url": 1 }, // yes', '  "b": {}', '} }');
  expect(put(before, ['mcpServers'], 'a', { command: 'npx', args: ['-y', 'x'] })).toBe(
    lines(
      '{ "mcpServers": {',
      '  // mine',
      '  "a": {',
      '    "command": "npx",',
      '    "args": ["-y", "x"]',
      '  }, // yes',
      '  "b": {}',
      '} }',
    ),
  );
});

/** [before, after `a` was removed] */
const REMOVED: [string, string][] = [
  ['{"a": {}, "b": {}}', '{"b": {}}'],
  ['{"b": {}, "a": {}}', '{"b": {}}'],
  ['{ "a": {}, /* b */ "b": {} }', '{ /* b */ "b": {} }'],
  [lines('{', '  "a": {}, // a', '  // b', '  "b": {}', '}'), lines('{', '  // b', '  "b": {}', '}')],
  [lines('{', '  "b": {}, // b', '  "a": {}', '}'), lines('{', '  "b": {} // b', '}')],
  [lines('{', '  "b": {},', '  "a": {},', '}'), lines('{', '  "b": {},', '}')],
  [lines('{', '  "b": {}', ', "a": {}', '}'), lines('{', '  "b": {}', '', '}')],
  [lines('{', '  "a": {}', '  ,', '  "b": {}', '}'), lines('{', '  "b": {}', '}')],
  [lines('{', '', '}').replace('\n\n', '\n  "a": {}\n'), '{}'],
];

test.each(REMOVED)('%j without "a"', (before, after) => {
  expect(without(before, [], 'a')).toBe(after);
});

test('what is not there is not removed, and nothing is put where there is no object', () => {
  expect(without('{"b": 1}', [], 'a')).toBe('{"b": 1}');
  expect(put('{"b": 1}', ['b'], 'a', 1)).toBe('{"b": 1}');
});

const gap = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\n    ',
  '\r\n\t',
  ' /* c */ ',
  ' // c\n',
  '\n  // "x": {},\n  ',
  '/*\n*/',
  '\r',
);
const value = fc.constantFrom('{}', '{"url": "u"}', '{\n "url": "u" // u\n }', '[1,\n2]', '"}"', 'null');
const name = fc.constantFrom('a', 'b b', '\\"c', '\\u0061d', '//', '__proto__');
const text = fc
  .record({
    members: fc.uniqueArray(fc.tuple(name, value, gap, gap, gap, gap), {
      selector: ([key]) => key,
      minLength: 1,
    }),
    trailing: fc.boolean(),
    inner: gap,
    around: fc.tuple(gap, gap),
  })
  .map(({ members, trailing, inner, around }) => {
    const written = members.map(
      ([key, item, ...gaps]) => `${gaps[0]}"${key}"${gaps[1]}:${gaps[2]}${item}${gaps[3]}`,
    );
    return `{${around[0]}"mcpServers": {${written.join(',')}${trailing ? `,${inner}` : ''}}${around[1]}}`;
  });

describe(`seed ${SEED}`, () => {
  test('whatever a file looks like, it is the same bytes after an entry was added and removed', () => {
    fc.assert(
      fc.property(text, (before) => {
        const added = put(before, ['mcpServers'], 'new', ENTRY);
        const old = parse('x', before).root.mcpServers as object;
        expect(parse('x', added).root).toEqual({ mcpServers: { ...old, new: ENTRY } });
        expect(without(added, ['mcpServers'], 'new')).toBe(before);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  test('whichever is removed or replaced, the others stay, and all comments but its own', () => {
    fc.assert(
      fc.property(text, fc.nat(), (before, pick) => {
        const old = parse('x', before).root.mcpServers as Record<string, unknown>;
        const names = Object.keys(old);
        const chosen = names[pick % names.length];
        if (chosen === undefined) return;
        const { [chosen]: _, ...rest } = old;
        expect(
          parseJson(without(before, ['mcpServers'], chosen), [], { allowTrailingComma: true }),
        ).toMatchObject({
          mcpServers: rest,
        });
        expect(parse('x', without(before, ['mcpServers'], chosen)).root.mcpServers).toEqual(rest);
        expect(parse('x', put(before, ['mcpServers'], chosen, ENTRY)).root.mcpServers).toEqual({
          ...old,
          [chosen]: ENTRY,
        });
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
});
