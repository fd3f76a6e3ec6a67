// What a model is told of tools: their names, their schemas, how many; and what an approval is bound to.
import type { Tool } from '@modelcontextprotocol/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, fingerprint } from '../../src/chat/fingerprint.ts';
import { wireNames } from '../../src/chat/names.ts';
import { offer, parametersOf, type Shelf, unknownNames } from '../../src/chat/offer.ts';
import type { ServerEntry } from '../../src/config/entry.ts';

const tool = (name: string, more: object = {}): Tool => ({ name, inputSchema: { type: 'object' }, ...more });
const shelf = (server: string, tools: Tool[]): Shelf => ({ server, address: `https://${server}/mcp`, tools });
const all = { include: [], exclude: [] };

describe('names', () => {
  const named = (...pairs: string[]) =>
    wireNames(
      pairs.map((pair) => {
        const at = pair.indexOf('/');
        return { server: pair.slice(0, at), tool: pair.slice(at + 1) };
      }),
    );

  test.each([
    ['one server keeps its names', ['a/search', 'a/get-page'], [/^search$/, /^get-page$/]],
    ['several servers come first', ['a/search', 'b/search'], [/^a__search$/, /^b__search$/]],
    ['other characters are replaced, with a mark', ['a/list pages'], [/^list_pages_[0-9a-f]{8}$/]],
    ['two that look alike stay apart', ['a/x y', 'a/x.y'], [/^x_y_[0-9a-f]{8}$/, /^x_y_[0-9a-f]{8}$/]],
    [
      'two that would meet are both marked',
      ['a/b__c', 'a__b/c'],
      [/^a__b__c_[0-9a-f]{8}$/, /^a__b__c_[0-9a-f]{8}$/],
    ],
    ['a long one is cut', [`a/${'x'.repeat(65)}`], [/^x{55}_[0-9a-f]{8}$/]],
    ['no letter at the beginning', ['a/1st'], [/^t1st_[0-9a-f]{8}$/]],
  ])('%s', (_, pairs, expected) => {
    const names = named(...pairs);
    for (const [index, name] of names.entries()) expect(name).toMatch(expected[index] ?? /^$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a tool cannot take the marked name of another one', () => {
    const [marked = ''] = named('a/x y');
    expect(named('a/x y', `a/${marked}`)).toEqual([expect.not.stringMatching(marked), marked]);
  });

  test('whatever servers choose, every name is allowed and there once', () => {
    const pair = fc.record({
      server: fc.constantFrom('a', 'b', 'a__b'),
      tool: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ({ server, tool }) => `${server}\n${tool}` }), (pairs) => {
        const names = wireNames(pairs);
        expect(new Set(names).size).toBe(pairs.length);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      }),
    );
  });
});

describe('the offer', () => {
  test('has 128 tools at most, and no server crowds another one out', () => {
    const many = Array.from({ length: 5000 }, (_, index) => tool(`t${index}`));
    const { tools, left } = offer([shelf('loud', many), shelf('small', [tool('one'), tool('two')])], all);
    expect(tools).toHaveLength(128);
    expect(left).toBe(5002 - 128);
    expect(tools.filter(({ server }) => server === 'small')).toHaveLength(2);
  });

  test('leaves out different tools with one name, and says one thing once', () => {
    const twice = [tool('a'), tool('a', { description: 'another' }), tool('b'), tool('b')];
    expect(offer([shelf('s', twice)], all).tools.map((each) => each.tool.name)).toEqual(['b']);
  });

  test.each([
    [{ include: ['a'], exclude: [] }, ['one/a', 'two/a']],
    [{ include: ['two/a'], exclude: [] }, ['two/a']],
    [{ include: [], exclude: ['one/a', 'b'] }, ['two/a']],
    [{ include: ['a', 'b'], exclude: ['a'] }, ['one/b']],
  ])('of %j', (filter, expected) => {
    const shelves = [shelf('one', [tool('a'), tool('b')]), shelf('two', [tool('a')])];
    const { tools } = offer(shelves, filter);
    expect(tools.map((each) => `${each.server}/${each.tool.name}`)).toEqual(expected);
    expect(unknownNames(filter, shelves)).toEqual([]);
    expect(unknownNames({ include: ['A'], exclude: ['two/b'] }, shelves)).toEqual(['A', 'two/b']);
  });

  test('cuts what a tool says of itself, and takes escape sequences out', () => {
    const description = `\u001b]0;x\u0007Find \u202epages ${'x'.repeat(10_000_000)}`;
    const [first] = offer([shelf('s', [tool('a', { description })])], all).tools;
    expect(first?.wire.description).toHaveLength(1024);
    expect(first?.wire.description).toMatch(/^Find \\u202epages x+…$/);
  });
});

describe('a schema', () => {
  const cyclic = { type: 'object', properties: { next: { $ref: '#' } } };
  const deep = Array.from({ length: 200 }).reduce<object>(
    (inner) => ({ type: 'object', properties: { a: inner } }),
    {},
  );
  test.each<[string, unknown, object]>([
    ['nothing', undefined, { type: 'object', properties: {} }],
    ['no object', { type: 'string' }, { type: 'object', properties: {} }],
    [
      'a remote reference',
      { type: 'object', properties: { a: { $ref: 'https://evil.example/s.json' } } },
      { type: 'object', properties: { a: {} } },
    ],
    [
      'a remote reference at the top',
      { $ref: 'https://evil.example/s.json' },
      { type: 'object', properties: {} },
    ],
    [
      'identifiers',
      { $schema: 'https://x', $id: 'https://x', type: 'object', properties: { $id: { type: 'string' } } },
      { type: 'object', properties: { $id: { type: 'string' } } },
    ],
    ['a cycle', cyclic, cyclic],
    [
      'a choice at the top',
      { type: 'object', oneOf: [{ required: ['a'] }], required: ['b'] },
      { type: 'object', properties: {}, required: ['b'] },
    ],
    [
      'more members than any',
      {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`p${i}`, {}])),
      },
      { type: 'object', properties: {} },
    ],
    [
      'more text than any',
      { type: 'object', properties: { a: { enum: Array.from({ length: 500 }, () => 'x'.repeat(100)) } } },
      { type: 'object', properties: {} },
    ],
  ])('with %s', (_, schema, expected) => {
    expect(JSON.parse(JSON.stringify(parametersOf(schema)))).toEqual(expected);
  });

  test('that never ends is cut', () => {
    expect(JSON.stringify(parametersOf(deep)).length).toBeLessThan(2000);
  });
});

describe('a fingerprint', () => {
  const one = tool('a', {
    description: 'd',
    inputSchema: { type: 'object', properties: { x: {}, y: {} } },
    annotations: { readOnlyHint: true },
  });
  test('does not mind the order of keys', () => {
    const same = {
      annotations: { readOnlyHint: true },
      inputSchema: { properties: { y: {}, x: {} }, type: 'object' },
      description: 'd',
      name: 'a',
    } as Tool;
    expect(fingerprint('u', same)).toBe(fingerprint('u', one));
    expect(fingerprint('u', one)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, string, object]>([
    ['the address', 'v', {}],
    ['the name', 'u', { name: 'b' }],
    ['the description', 'u', { description: 'd ' }],
    ['the schema', 'u', { inputSchema: { type: 'object', properties: { x: {}, y: { type: 'string' } } } }],
    ['the result', 'u', { outputSchema: { type: 'object' } }],
    ['an annotation', 'u', { annotations: { readOnlyHint: false } }],
    ['the title', 'u', { title: 't' }],
    ['a list for an object', 'u', { annotations: [['readOnlyHint', true]] }],
  ])('changes with %s', (_, address, change) => {
    expect(fingerprint(address, { ...one, ...change } as Tool)).not.toBe(fingerprint('u', one));
  });

  test('is bound to the URL, or to the whole command', () => {
    expect(addressOf({ kind: 'http', url: 'https://a/mcp' } as ServerEntry)).toBe('https://a/mcp');
    const stdio = (args: string[]) => addressOf({ kind: 'stdio', command: 'c', args } as ServerEntry);
    expect(stdio(['a b'])).not.toBe(stdio(['a', 'b']));
  });
});
