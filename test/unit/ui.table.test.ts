import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sparseTable, table, tableView } from '../../src/ui/table.ts';
import { cut, width, wrap } from '../../src/ui/width.ts';

const PIPE = { columns: 0, bold: false };
const at = (columns: number) => ({ columns, bold: false });
const HEADER = ['SERVER', 'STATE', 'EXPIRES', 'SCOPE', 'ISSUER'];
const ROWS = [
  ['notes', 'signed in', 'in 59 min', 'mcp:read offline_access', 'https://auth.example.com'],
  ['日本語サーバー', 'expired, renewed on next use', '3 h ago', '', 'https://auth.example.jp'],
];

describe('a table', () => {
  it('is whole in a pipe', () => {
    expect(table(HEADER, ROWS, PIPE)).toBe(
      [
        'SERVER          STATE                         EXPIRES    SCOPE                    ISSUER',
        'notes           signed in                     in 59 min  mcp:read offline_access  https://auth.example.com',
        '日本語サーバー  expired, renewed on next use  3 h ago                             https://auth.example.jp',
        '',
      ].join('\n'),
    );
    const long = 'x'.repeat(5000);
    expect(table(['A', 'B', 'C'], [[long, long, long]], PIPE)).toContain(`${long}  ${long}  ${long}\n`);
  });

  it.each([
    [
      100,
      [
        'SERVER          STATE                         EXPIRES    SCOPE                    ISSUER',
        'notes           signed in                     in 59 min  mcp:read offline_access  https://auth.exam…',
        '日本語サーバー  expired, renewed on next use  3 h ago                             https://auth.exam…',
      ],
    ],
    [
      82,
      [
        'SERVER          STATE                         EXPIRES    SCOPE          ISSUER',
        'notes           signed in                     in 59 min  mcp:read off…  https://a…',
        '日本語サーバー  expired, renewed on next use  3 h ago                   https://a…',
      ],
    ],
    [
      64,
      [
        'SERVER          STATE          EXPIRES    SCOPE       ISSUER',
        'notes           signed in      in 59 min  mcp:read…   https://a…',
        '日本語サーバー  expired, ren…  3 h ago                https://a…',
      ],
    ],
    [
      40,
      [
        'notes',
        '  STATE    signed in',
        '  EXPIRES  in 59 min',
        '  SCOPE    mcp:read offline_access',
        '  ISSUER   https://auth.example.com',
        '',
        '日本語サーバー',
        '  STATE    expired, renewed on next use',
        '  EXPIRES  3 h ago',
        '  ISSUER   https://auth.example.jp',
      ],
    ],
    [
      24,
      [
        'notes',
        '  STATE    signed in',
        '  EXPIRES  in 59 min',
        '  SCOPE    mcp:read',
        '           offline_acces',
        '           s',
        '  ISSUER   https://auth.',
        '           example.com',
        '',
        '日本語サーバー',
        '  STATE    expired,',
        '           renewed on',
        '           next use',
        '  EXPIRES  3 h ago',
        '  ISSUER   https://auth.',
        '           example.jp',
      ],
    ],
  ])('fits into %i columns', (columns, lines) => {
    expect(table(HEADER, ROWS, at(columns)).trimEnd().split('\n')).toEqual(lines);
  });

  it.each([
    ['emoji', '👩‍💻 builds', 18, '👩‍💻 builds'],
    ['an emoji at the edge', '123456789👩‍💻rest', 17, '123456789…'],
    ['a flag that fits', '12345678🇩🇪1234', 17, '12345678🇩🇪…'],
    ['a wide character at the edge', '日本語日本語', 17, '日本語日本…'],
    ['a combining mark', 'cafe\u0301 cafe\u0301 cafe\u0301', 17, 'cafe\u0301 cafe\u0301…'],
    ['colours of a server', '\u001b[31mred and much longer\u001b[0m', 17, 'red and mu…'],
  ])('cuts %s by cells', (_, text, columns, shown) => {
    const [head, line] = table(['NAME', 'ABOUT'], [['a', text]], at(columns)).split('\n');
    expect([head, line]).toEqual(['NAME  ABOUT', `a     ${shown}`]);
    expect(width(line ?? '')).toBeLessThanOrEqual(columns);
  });

  it('never cuts what is typed again', () => {
    const name = 'resource://a/very/long/name';
    for (const columns of [20, 30, 40, 80])
      expect(table(['RESOURCE', 'NAME'], [[name, 'n'.repeat(100)]], at(columns))).toContain(name);
  });

  it('is bold in its heading only, and never in the middle of a sequence', () => {
    const bold = { columns: 30, bold: true };
    expect(table(['N', 'ABOUT'], [['a', 'x'.repeat(99)]], bold)).toBe(
      `\u001b[1mN  ABOUT\u001b[22m\na  ${'x'.repeat(26)}…\n`,
    );
    expect(table(['NAME', 'ABOUT'], [['a'.repeat(30), 'x']], bold)).toBe(
      `\u001b[1m${'a'.repeat(30)}\u001b[22m\n  ABOUT  x\n`,
    );
    expect(table(['N'], [], { columns: 0, bold: true })).toBe('\u001b[1mN\u001b[22m\n');
  });

  it('leaves out columns without anything in them, if that is wanted', () => {
    expect(sparseTable(['A', 'B', 'C'], [['a', '', 'c']], PIPE)).toBe('A  C\na  c\n');
  });

  // Letters, wide letters, emoji of several code points, marks, blanks.
  const text = fc
    .array(fc.constantFrom('a', 'bc', ' ', '日', '한', '👩‍💻', '🇩🇪', 'e\u0301', '✅', '-'), { maxLength: 60 })
    .map((parts) => parts.join(''));
  const rows = fc.array(fc.tuple(text, text, text, text), { maxLength: 5 });

  it('keeps to the terminal, whatever is in it; only a name may be longer', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 24, max: 130 }), (some, columns) => {
        const names = new Set(some.map(([name]) => name));
        for (const line of table(['NAME', 'ONE', 'TWO', 'THREE'], some, at(columns)).split('\n'))
          expect(names.has(line) || width(line) <= columns, line).toBe(true);
      }),
    );
  });

  it('loses nothing where it is wrapped', () => {
    const bare = (shown: string) => shown.replace(/\s/g, '');
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (some, limit) => {
        const lines = wrap(some, limit);
        expect(bare(lines.join(''))).toBe(bare(some));
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

it.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['👩‍💻', 2],
  ['🇩🇪', 2],
  ['✅', 2],
  ['1\ufe0f\u20e3', 2],
  ['한', 2],
  ['ｗｉｄｅ', 8],
])('%s takes %i cells', (text, cells) => expect(width(text)).toBe(cells));

test('nothing wide is cut in half', () => {
  expect(cut('日本語', 4)).toBe('日…');
  expect(wrap('日本語', 5)).toEqual(['日本', '語']);
  expect(wrap('', 5)).toEqual(['']);
});

test.each([
  ['letters', 'x', 1],
  ['wide letters', '日', 2],
  ['emoji', '👩‍💻', 2],
])('a text without end takes no time without end: %s', (_, one, cells) => {
  const count = 100_000;
  const text = one.repeat(count);
  const start = performance.now();
  // Where it is looked at in pieces, a character between two of them may count as two.
  expect(width(text) / (cells * count)).toBeCloseTo(1, 1);
  expect(wrap(text, 20).length).toBeGreaterThanOrEqual((count * cells) / 20);
  expect(wrap(`${one} `.repeat(count), 20).length).toBeGreaterThanOrEqual(count / 10);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test.each(['ab', 'aé', 'e\u0301 ', '日a'])('looking at %j in pieces changes no width', (some) => {
  expect(width(some.repeat(1000))).toBe(1000 * width(some));
});

test.each([
  [{ isTTY: false, columns: 80 }, {}, { columns: 0, bold: false }],
  [{ isTTY: true, columns: 80 }, {}, { columns: 80, bold: true }],
  [{ isTTY: true, columns: 80 }, { NO_COLOR: '1' }, { columns: 80, bold: false }],
  [{ isTTY: true, columns: 80 }, { TERM: 'dumb' }, { columns: 80, bold: false }],
])('%j with %j is seen as %j', (stdout, env, view) => expect(tableView(stdout, env)).toEqual(view));
