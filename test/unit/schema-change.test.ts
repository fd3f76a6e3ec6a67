// What breaks a script that was written against a tool's schema, and what does not.
import { expect, test } from 'vitest';
import { schemaChanges } from '../../src/session/schema-change.ts';

type Row = [what: string, before: object, after: object, changes: string[]];
const of = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const text = { type: 'string' };
const nested = (deep: object) => of({ deep });

test.each<Row>([
  ['nothing', of({ a: text }), of({ a: text }), []],
  ['a description', of({ a: text }), of({ a: { ...text, description: 'new', default: 'x' } }), []],
  ['another optional argument', of({ a: text }), of({ a: text, b: text }), []],
  ['one that is required no more', of({ a: text }, { required: ['a'] }), of({ a: text }), []],
  [
    'another required one',
    of({ a: text }),
    of({ a: text, b: text }, { required: ['b'] }),
    ['b is required now'],
  ],
  ['one that is required now', of({ a: text }), of({ a: text }, { required: ['a'] }), ['a is required now']],
  ['one that is gone', of({ a: text, b: text }), of({ a: text }), ['b is gone']],
  ['another name', of({ a: text }), of({ b: text }, { required: ['b'] }), ['a is gone', 'b is required now']],
  ['another type', of({ a: text }), of({ a: { type: 'integer' } }), ['a was string, and is integer']],
  ['a wider type', of({ a: text }), of({ a: { type: ['string', 'null'] } }), []],
  [
    'a narrower type',
    of({ a: { type: ['string', 'null'] } }),
    of({ a: text }),
    ['a was string or null, and is string'],
  ],
  ['any number for an integer', of({ a: { type: 'integer' } }), of({ a: { type: 'number' } }), []],
  [
    'integers only',
    of({ a: { type: 'number' } }),
    of({ a: { type: 'integer' } }),
    ['a was number, and is integer'],
  ],
  ['a type where there was none', of({ a: {} }), of({ a: text }), ['a was anything, and is string']],
  ['no type any more', of({ a: text }), of({ a: {} }), []],
  ['more words', of({ a: { enum: ['x'] } }), of({ a: { enum: ['x', 'y'] } }), []],
  ['fewer words', of({ a: { enum: ['x', 'y'] } }), of({ a: { enum: ['x'] } }), ['a takes no "y" any more']],
  ['one word', of({ a: { enum: ['x', 'y'] } }), of({ a: { const: 'x' } }), ['a takes no "y" any more']],
  ['only some words', of({ a: text }), of({ a: { ...text, enum: ['x'] } }), ['a takes only "x"']],
  ['any word', of({ a: { ...text, enum: ['x'] } }), of({ a: text }), []],
  ['a lower maximum', of({ a: { maximum: 9 } }), of({ a: { maximum: 5 } }), ['a has maximum 5, not 9']],
  ['a higher maximum', of({ a: { maximum: 5 } }), of({ a: { maximum: 9 } }), []],
  ['a minimum', of({ a: {} }), of({ a: { minimum: 1 } }), ['a has minimum 1']],
  [
    'a longer minimum',
    of({ a: { minLength: 1 } }),
    of({ a: { minLength: 2 } }),
    ['a has minLength 2, not 1'],
  ],
  ['no minimum any more', of({ a: { minimum: 1 } }), of({ a: {} }), []],
  ['another pattern', of({ a: { pattern: '^a' } }), of({ a: { pattern: '^b' } }), ['a has another pattern']],
  ['no pattern any more', of({ a: { pattern: '^a' } }), of({ a: {} }), []],
  ['what is not understood', of({}), of({}, { not: { required: ['a'] } }), ['the arguments has another not']],
  [
    'in depth',
    nested(of({ a: text })),
    nested(of({}, { required: ['b'] })),
    ['deep.a is gone', 'deep.b is required now'],
  ],
  [
    'in a list',
    of({ a: { items: text } }),
    of({ a: { items: { type: 'integer' } } }),
    ['a[] was string, and is integer'],
  ],
  [
    'other names shut out',
    of({}, { additionalProperties: true }),
    of({}, { additionalProperties: false }),
    ['the arguments takes no other names any more'],
  ],
  ['closed where nothing was said', of({ a: text }), of({ a: text }, { additionalProperties: false }), []],
  [
    'other values',
    of({}, { additionalProperties: text }),
    of({}, { additionalProperties: { type: 'null' } }),
    ['* was string, and is null'],
  ],
  [
    'a reference to the same',
    of({ a: text }),
    { ...of({ a: { $ref: '#/$defs/x' } }), $defs: { x: text } },
    [],
  ],
  [
    'a reference to another',
    { ...of({ a: { $ref: '#/$defs/x' } }), $defs: { x: text } },
    { ...of({ a: { $ref: '#/$defs/x' } }), $defs: { x: { type: 'null' } } },
    ['a was string, and is null'],
  ],
  [
    'the same choice',
    of({ a: { anyOf: [text, { type: 'null' }] } }),
    of({ a: { anyOf: [{ type: 'null' }, text] } }),
    [],
  ],
  ['one more choice', of({ a: { anyOf: [text] } }), of({ a: { anyOf: [of({}), text] } }), []],
  ['a choice where there was one', of({ a: text }), of({ a: { anyOf: [text, { type: 'null' }] } }), []],
  [
    'a choice less',
    of({ a: { anyOf: [of({ x: text }), of({ y: text })] } }),
    of({ a: { anyOf: [of({ x: text })] } }),
    ['a has another choice of shapes'],
  ],
])('of arguments, %s', (_, before, after, changes) => {
  expect(schemaChanges('arguments', before as never, after as never)).toEqual(changes);
});

test.each<Row>([
  ['nothing', of({ a: text }, { required: ['a'] }), of({ a: text }, { required: ['a'] }), []],
  ['more', of({ a: text }), of({ a: text, b: text }, { required: ['a', 'b'] }), []],
  ['a field that is gone', of({ a: text }, { required: ['a'] }), of({}), ['a of the result is gone']],
  [
    'a field that may be missing',
    of({ a: text }, { required: ['a'] }),
    of({ a: text }),
    ['a of the result is not promised any more'],
  ],
  ['a narrower type', of({ a: { type: ['string', 'null'] } }), of({ a: text }), []],
  [
    'a wider type',
    of({ a: text }),
    of({ a: { type: ['string', 'null'] } }),
    ['a of the result was string, and is string or null'],
  ],
  ['no type any more', of({ a: text }), of({ a: {} }), ['a of the result was string, and is anything']],
  ['a bound', of({ a: { maximum: 9 } }), of({ a: { maximum: 5 } }), []],
  [
    'in a list',
    of({ a: { items: of({ b: text }) } }),
    of({ a: { items: of({}) } }),
    ['a[].b of the result is gone'],
  ],
  [
    'one more choice',
    of({ a: { anyOf: [of({ x: text })] } }),
    of({ a: { anyOf: [of({ x: text }), of({ y: text })] } }),
    ['a of the result has another choice of shapes'],
  ],
  [
    'a choice less',
    of({ a: { anyOf: [of({ x: text }), of({ y: text })] } }),
    of({ a: { anyOf: [of({ x: text })] } }),
    [],
  ],
])('of a result, %s', (_, before, after, changes) => {
  expect(schemaChanges('result', before as never, after as never)).toEqual(changes);
});

/** A tree of itself: each node has `size` branches. */
const tree = (size: number, more: object) => ({
  $defs: {
    node: { anyOf: [...Array.from({ length: size }, () => of({ next: { $ref: '#/$defs/node' } })), more] },
  },
  ...of({ root: { $ref: '#/$defs/node' } }),
});

test.each<[string, object, object, string[]]>([
  ['is the same', tree(9, text), tree(9, text), []],
  ['takes more', tree(2, text), tree(2, { type: ['string', 'null'] }), []],
  ['takes less', tree(2, { type: ['string', 'null'] }), tree(2, text), ['root has another choice of shapes']],
])('a schema that refers to itself %s', (_, before, after, changes) => {
  expect(schemaChanges('arguments', before as never, after as never)).toEqual(
    expect.arrayContaining(changes),
  );
  expect(schemaChanges('arguments', before as never, after as never).length > 0).toBe(changes.length > 0);
});

test.each([
  [{ type: ['string', 'null'] }, { anyOf: [text, { type: 'null' }] }],
  [{ anyOf: [text, { type: 'null' }] }, { type: ['string', 'null'] }],
])('%j and %j are the same', (one, other) => {
  for (const kind of ['arguments', 'result'] as const)
    expect(schemaChanges(kind, of({ a: one }), of({ a: other }))).toEqual([]);
});

test('a hostile pair of schemas ends soon, and is not taken for the same', () => {
  const wide = (type: string) => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `n${index}`,
        {
          anyOf: Array.from({ length: 40 }, (_each, to) => of({ [`p${to}`]: { $ref: `#/$defs/n${to}` } })),
          type,
        },
      ]),
    );
    return { $defs, ...of({ root: { $ref: '#/$defs/n0' } }) };
  };
  const start = performance.now();
  expect(schemaChanges('arguments', wide('object'), wide('array'))).not.toEqual([]);
  expect(performance.now() - start).toBeLessThan(2000);
});
