// A schema as a tree of fields, and what each of them takes.
import { describe, expect, test } from 'vitest';
import { childFields, type Field, formOf } from '../../src/session/field.ts';
import type { Schema } from '../../src/session/input-schema.ts';

function only(schema: Schema, root: Schema = {}): Field {
  const [field] = childFields({ properties: { it: schema } }, { ...root });
  if (!field) throw new Error('no field');
  return field;
}

/** The tree in a few words: what is asked, and how. */
function sketch(field: Field, depth = 0): unknown {
  if (depth > 20) return '…';
  const mark = `${field.required ? '' : '?'}${field.nullable ? '|null' : ''}`;
  switch (field.kind) {
    case 'group':
      return Object.fromEntries(field.fields().map((each) => [`${each.name}`, sketch(each, depth + 1)]));
    case 'list':
      return [sketch(field.item(0), depth + 1)];
    case 'either':
      return { either: field.branches().map((each) => sketch(each, depth + 1)) };
    case 'one':
    case 'many':
      return `${field.kind}${mark}: ${field.choices.map(({ name }) => name).join(', ')}`;
    case 'fixed':
      return `fixed${mark}: ${JSON.stringify(field.value)}`;
    case 'line':
      return `${field.hint}${mark}`;
    default:
      return `${field.kind}${mark}`;
  }
}

describe('a schema is asked as', () => {
  const titled = [
    { const: 'a', title: 'First' },
    { const: 'b', title: 'Second' },
  ];
  test.each<[string, Schema, unknown]>([
    ['a text', { type: 'string', minLength: 2, maxLength: 5 }, 'a text, 2 to 5 characters?'],
    ['a text with a format', { type: 'string', format: 'email' }, 'an e-mail address?'],
    ['an integer', { type: 'integer', minimum: 1 }, 'a whole number, at least 1?'],
    ['a number', { type: 'number', maximum: 9 }, 'a number, at most 9?'],
    ['a boolean', { type: 'boolean' }, 'boolean?'],
    ['an enum', { enum: ['x', 1, null] }, 'one?: x, 1, null'],
    ['an enum with older titles', { enum: ['x'], enumNames: ['X'] }, 'one?: X'],
    ['a titled oneOf', { type: 'string', oneOf: titled }, 'one?: First, Second'],
    ['a titled anyOf', { anyOf: titled }, 'one?: First, Second'],
    ['several of an enum', { type: 'array', items: { enum: ['x', 'y'] } }, 'many?: x, y'],
    ['several of titled ones', { type: 'array', items: { anyOf: titled } }, 'many?: First, Second'],
    ['a const', { const: 7 }, 'fixed?: 7'],
    ['null or a text', { type: ['string', 'null'] }, 'a text?|null'],
    ['null or a number', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'a whole number?|null'],
    ['a list', { type: 'array', items: { type: 'boolean' } }, ['boolean']],
    [
      'an object',
      { type: 'object', properties: { a: { type: 'number' }, b: { type: 'string' } }, required: ['b'] },
      { a: 'a number?', b: 'a text' },
    ],
    ['an object that nobody named as one', { properties: { a: { type: 'boolean' } } }, { a: 'boolean?' }],
    [
      'one of several objects',
      { oneOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { type: 'string' } } }] },
      { either: [{ a: 'fixed?: 1' }, { b: 'a text?' }] },
    ],
    [
      'objects with names in common',
      {
        type: 'object',
        properties: { id: { type: 'integer' } },
        required: ['id'],
        anyOf: [{ properties: { a: { type: 'string' } }, required: ['a'] }, {}],
      },
      { either: [{ id: 'a whole number', a: 'a text' }, { id: 'a whole number' }] },
    ],
    ['two types', { type: ['string', 'integer'] }, { either: ['a text', 'a whole number'] }],
    [
      'all of several',
      { allOf: [{ type: 'object', properties: { a: {} } }, { properties: { b: { type: 'boolean' } } }] },
      { a: 'JSON, or else a text?', b: 'boolean?' },
    ],
    ['a map', { type: 'object', additionalProperties: true }, 'JSON, such as {"key": "value"}?'],
    ['a tuple', { type: 'array', prefixItems: [{}] }, 'JSON, such as ["one", 2]?'],
    ['an older tuple', { type: 'array', items: [{}, {}] }, 'JSON, such as ["one", 2]?'],
    ['a reference to elsewhere', { $ref: 'https://evil.example/s.json' }, 'JSON, or else a text?'],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, 'JSON, or else a text?'],
    ['nothing', {}, 'JSON, or else a text?'],
    ['true', true as never, 'JSON, or else a text?'],
  ])('%s', (_, schema, expected) => {
    expect(sketch(only(schema))).toEqual(expected);
  });

  test('what a reference of the same document says, with what stands beside it', () => {
    const root = { $defs: { size: { type: 'integer', title: 'Size', description: 'in cm', minimum: 1 } } };
    const field = only({ $ref: '#/$defs/size', description: 'of the hat' }, root);
    expect([field.title, field.description, sketch(field)]).toEqual([
      'Size',
      'of the hat',
      'a whole number, at least 1?',
    ]);
  });
});

describe('a line is taken as', () => {
  test.each<[Schema, string, unknown]>([
    [{ type: 'string' }, '5', '5'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'it must have a length of at most 1'],
    [{ type: 'string', format: 'date' }, '2026-02-31', 'it must be a date such as 2026-07-28'],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'a1', 'it must match ^[a-z]+$'],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'ab', 'ab'],
    [{ type: 'string', pattern: '([' }, 'no expression', 'no expression'],
    [{ type: 'integer', minimum: 3 }, ' +3 ', 3],
    [{ type: 'integer' }, '1.5', 'it must be an integer, not a number'],
    [{ type: 'number', exclusiveMinimum: 0 }, '0', 'it must be more than 0'],
    [{ type: 'number', exclusiveMaximum: 1 }, '1', 'it must be less than 1'],
    [{ type: 'number', multipleOf: 0.1 }, '0.3', 0.3],
    [{ type: 'number', multipleOf: 5 }, '7', 'it must be a multiple of 5'],
    [{ type: 'number' }, 'x', 'it must be a number, not a string'],
    [{ type: 'object' }, '{"a":', 'this is no JSON yet'],
    [{ type: 'object' }, '{"a":1}', { a: 1 }],
    [{ type: 'object' }, '[]', 'it must be an object, not an array'],
    [{}, '5', 5],
    [{}, 'hello', 'hello'],
    [{}, '{"a"', 'this is no JSON yet'],
  ])('%j: %s', (schema, text, expected) => {
    const field = only(schema);
    if (field.kind !== 'line') throw new Error(field.kind);
    const taken = field.take(text);
    expect('fault' in taken ? taken.fault : taken.value).toEqual(expected);
  });
});

describe('a hostile schema', () => {
  test('that contains itself ends in a line of JSON', () => {
    const tree: Schema = {
      type: 'object',
      properties: { left: { $ref: '#' }, leaves: { type: 'array', items: { $ref: '#' } } },
    };
    expect(JSON.stringify(sketch(formOf(tree)))).toContain('"left":"JSON, such as');
    for (const odd of [
      { $ref: '#' },
      { allOf: [{ $ref: '#' }] },
      { anyOf: [{ $ref: '#' }] },
      { oneOf: [{ $ref: '#' }, { $ref: '#' }] },
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' },
    ])
      expect(() => sketch(formOf(odd))).not.toThrow();
  });

  test('with an expression that takes for ever is not waited for', () => {
    const field = only({ type: 'string', pattern: '^(a+)+$' });
    const start = performance.now();
    for (let key = 0; key < 20; key++) expect(field.fault(`${'a'.repeat(40 + key)}b`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('with thousands of fields and choices is asked in part', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const big = formOf({ type: 'object', properties, required: ['p4999'] });
    if (big.kind !== 'group') throw new Error(big.kind);
    expect(big.fields()).toHaveLength(200);
    expect(big.fields().at(-1)).toMatchObject({ name: 'p4999', required: true });
    expect(big.more).toBe(4_800);
    expect(formOf({ type: 'object', properties, required: names }).kind).toBe('line');
    const chosen = only({ type: 'integer', enum: names.map((_, index) => index) });
    if (chosen.kind !== 'line') throw new Error(chosen.kind);
    expect([chosen.take('4999'), chosen.take('5000')]).toEqual([
      { value: 4999 },
      { fault: expect.stringMatching(/^it must be one of 0, 1/) },
    ]);
  });

  test('of ten megabytes is planned at once', () => {
    const long = 'x'.repeat(10_000_000);
    const start = performance.now();
    const form = formOf({
      type: 'object',
      properties: { a: { type: 'string', title: long, description: long, default: long, pattern: long } },
    });
    if (form.kind !== 'group') throw new Error(form.kind);
    const [field] = form.fields();
    expect(field?.kind === 'line' && field.write(field.initial)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('cannot name a property that every object has', () => {
    const given = JSON.parse('{"properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}');
    expect(childFields(given, given).map(({ name, required }) => [name, required])).toEqual([
      ['__proto__', true],
    ]);
  });
});
