// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/config/read.ts';
import { ConfigError } from '../../src/errors.ts';

describe('parse', () => {
  it('reads comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF// first\n{ /* x */ "a": [1, 2,], "b": "http://x//y", }\n';
    expect(parse('c.json', text).root).toEqual({ a: [1, 2], b: 'http://x//y' });
  });

  it.each([
    ['', 'c.json:1:1: expected a value'],
    ['{"a": }', 'c.json:1:7: expected a value (in a)'],
    ['{\n  "a": 1\n  "b": 2\n}', 'c.json:3:3: expected a comma'],
    ['{\r\n  "mcpServers": {\r\n    "x": nope\r\n}}', 'c.json:3:10: expected a JSON value (in mcpServers.x)'],
    ['{"a": "unfinished\n}', 'c.json:1:7: this string never ends'],
    ["{'a': 1}", 'c.json:1:2: expected a JSON value'],
    ['{"a": 1} {"b": 2}', 'c.json:1:10: there is more text'],
    ['{"a": {"b": 1}', 'c.json:1:15: expected a closing brace'],
    ['{"a": "\\q"}', 'unknown escape'],
  ])('%j is refused with %j', (text, expected) => {
    expect(() => parse('c.json', text)).toThrow(expected);
    expect(() => parse('c.json', text)).toThrow(expect.objectContaining({ code: 'invalid_json', exit: 3 }));
  });

  it.each([['[]'], ['"x"'], ['null'], ['3']])('%s is not an object', (text) => {
    expect(() => parse('c.json', text)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => parse('c.json', text)).toThrow('the file must be a JSON object');
  });

  it('refuses a key given twice, since two readers would disagree about it', () => {
    const text = '{"mcpServers": {\n"n": {"url": "https://a"},\n"n": {"url": "https://b"}}}';
    expect(() => parse('c.json', text)).toThrow('c.json:3:1: mcpServers.n is given twice');
  });

  it('keeps __proto__ harmless and says so', () => {
    const document = parse('c.json', '{"__proto__": {"polluted": 1}, "a": {"__proto__": {"polluted": 1}}}');
    expect(document.root).toEqual({ a: {} });
    expect((document.root.a as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(document.warnings).toHaveLength(2);
  });

  it('keeps other names that every object has', () => {
    const { root } = parse('c.json', '{"constructor": 1, "toString": 2}');
    expect(Object.keys(root)).toEqual(['constructor', 'toString']);
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['mismatched closers', '[}'.repeat(100_000)],
    ['closers first', `${']'.repeat(1000)}${'['.repeat(100_000)}`],
  ])('refuses deep nesting: %s', (_, text) => {
    expect(() => parse('c.json', text)).toThrow(expect.objectContaining({ code: 'invalid_json' }));
  });

  it('places values, and missing ones at their nearest parent', () => {
    const document = parse('c.json', '{\n  "a": {\n    "b": [1,\n      2]\n  }\n}');
    expect(document.at(['a', 'b', 1])).toEqual({ line: 4, column: 7 });
    expect(document.at(['a', 'missing', 'x'])).toEqual({ line: 2, column: 8 });
    expect(document.at([])).toEqual({ line: 1, column: 1 });
  });

  it('agrees with JSON.parse on JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        if (text.includes('"__proto__"')) return;
        expect(parse('c.json', text).root).toEqual(JSON.parse(text));
      }),
    );
  });

  it('throws nothing but ConfigError on any text', () => {
    const bits = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '//',
      '/*',
      '\n',
      '\\',
      'a',
      '1',
      'true',
      '\u0000',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(bits).map((list) => list.join('')),
        ),
        (text) => {
          try {
            parse('c.json', text);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
    );
  });
});
