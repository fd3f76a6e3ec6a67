import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import { coerce, parseObject, parseWord, toolArguments } from '../../src/session/arguments.ts';
import { findTool } from '../../src/session/catalog.ts';
import { faults, typesOf } from '../../src/session/input-schema.ts';
import { sideBySide, throwFailures } from '../../src/session/side-by-side.ts';
import { ECHO } from './program.fake.ts';

describe('parseWord', () => {
  it.each([
    ['a=b', { key: 'a', kind: 'text', value: 'b' }],
    ['a=', { key: 'a', kind: 'text', value: '' }],
    ['a==b', { key: 'a', kind: 'text', value: '=b' }],
    ['a:=1', { key: 'a', kind: 'json', value: '1' }],
    ['a:b=1', { key: 'a:b', kind: 'text', value: '1' }],
    ['a=x:=1', { key: 'a', kind: 'text', value: 'x:=1' }],
    ['a=@f.txt', { key: 'a', kind: 'file', value: 'f.txt' }],
    ['a:=@f', { key: 'a', kind: 'json', value: '@f' }],
  ])('%s', (word, parsed) => expect(parseWord(word)).toEqual(parsed));

  it.each(['a', '', '=x', ':=1', '{"a":1}'])('refuses %j', (word) => {
    expect(() => parseWord(word)).toThrow(expect.objectContaining({ code: 'bad_argument', exit: 2 }));
  });
});

describe('coerce', () => {
  const root = { $defs: { n: { type: 'number' } } };
  it.each([
    ['text stays', '5', {}, '5'],
    ['string stays', '5', { type: 'string' }, '5'],
    ['integer', '-5', { type: 'integer' }, -5],
    ['not an integer', '5.5', { type: 'integer' }, '5.5'],
    ['too large to be exact', '9007199254740993', { type: 'integer' }, '9007199254740993'],
    ['number', '1e3', { type: 'number' }, 1000],
    ['infinite', '1e999', { type: 'number' }, '1e999'],
    ['hex is no number', '0x10', { type: 'number' }, '0x10'],
    ['empty is no number', '', { type: 'number' }, ''],
    ['boolean', 'true', { type: 'boolean' }, true],
    ['not a boolean', 'yes', { type: 'boolean' }, 'yes'],
    ['null', 'null', { type: ['integer', 'null'] }, null],
    ['first type that fits', '5', { type: ['integer', 'string'] }, 5],
    ['any of', 'x', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, 'x'],
    ['reference', '2', { $ref: '#/$defs/n' }, 2],
    ['foreign reference', '2', { $ref: 'https://evil/x' }, '2'],
    ['array of JSON', '[1,2]', { type: 'array' }, [1, 2]],
    ['array of commas', '1,2', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    ['empty array', '', { type: 'array' }, []],
    ['object', '{"a":1}', { type: 'object' }, { a: 1 }],
    ['broken object', '{a', { type: 'object' }, '{a'],
    ['number in an enum', '2', { enum: [1, 2] }, 2],
  ])('%s', (_, text, schema, value) => expect(coerce(text, schema, root)).toEqual(value));
});

describe('faults', () => {
  it.each<[string, unknown, Record<string, unknown>, string[]]>([
    ['nothing', { a: 1 }, { type: 'object', properties: { a: { type: 'integer' } } }, []],
    ['missing', {}, { required: ['a'] }, ['a is missing']],
    ['type', { a: 'x' }, { properties: { a: { type: 'integer' } } }, ['a must be an integer, not a string']],
    ['null', { a: null }, { properties: { a: { type: 'string' } } }, ['a must be a string, not null']],
    ['enum', { a: 'x' }, { properties: { a: { enum: ['y', 1] } } }, ['a must be one of "y", 1']],
    ['const', { a: 2 }, { properties: { a: { const: 1 } } }, ['a must be 1']],
    [
      'bounds',
      { a: 0, b: 9 },
      { properties: { a: { minimum: 1 }, b: { maximum: 3 } } },
      ['a must be at least 1', 'b must be at most 3'],
    ],
    ['length in characters', { a: '👍👍' }, { properties: { a: { maxLength: 2 } } }, []],
    [
      'closed',
      { lmit: 1 },
      { properties: { limit: {} }, additionalProperties: false },
      ['there is no lmit (did you mean limit?)'],
    ],
    ['open', { b: 1 }, { properties: { a: {} } }, []],
    [
      'deep',
      { a: [{ b: 1 }, {}] },
      { properties: { a: { items: { required: ['b'] } } } },
      ['a[1].b is missing'],
    ],
    [
      'one branch fits',
      { a: 1 },
      { properties: { a: { anyOf: [{ type: 'string' }, { type: 'integer' }] } } },
      [],
    ],
    [
      'no branch fits',
      { a: [] },
      { properties: { a: { anyOf: [{ type: 'string' }, { type: 'integer' }] } } },
      ['a must be a string, not an array'],
    ],
    ['all of', {}, { allOf: [{ required: ['a'] }, { required: ['b'] }] }, ['a is missing', 'b is missing']],
    ['not understood', { a: 1 }, { properties: { a: { if: {}, not: {}, pattern: '(a+)+$' } } }, []],
    ['inherited names are no arguments', {}, { required: ['toString'] }, ['toString is missing']],
  ])('%s', (_, value, schema, found) => expect(faults(value, schema)).toEqual(found));

  it('ends with a schema that branches into itself', () => {
    const ring = { anyOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#' }] };
    expect(faults({}, ring)).toEqual([]);
    expect(typesOf(ring, ring)).toEqual([]);
    const loop = { $ref: '#/a', a: { $ref: '#/a' } };
    expect(faults({}, loop)).toEqual([]);
  });
});

describe('toolArguments', () => {
  const files = async (path: string) => `text of ${path}`;
  const make = (words: string[], base = {}, schema: object = ECHO.inputSchema) =>
    toolArguments(
      { name: 'echo', inputSchema: schema as typeof ECHO.inputSchema },
      words.map(parseWord),
      base,
      files,
      ['bench'],
    );

  it('lays words over the base, typed by the schema', async () => {
    expect(await make(['times=3'], { text: 'x', times: 1 })).toEqual({ text: 'x', times: 3 });
    expect(await make(['text=@note.md'])).toEqual({ text: 'text of note.md' });
    expect(await make(['text:="@x"'])).toEqual({ text: '@x' });
  });

  it('names every fault at once', async () => {
    await expect(make(['times=many', 'txt=x'])).rejects.toMatchObject({
      code: 'bad_arguments',
      exit: 2,
      message:
        'wrong arguments for echo: there is no txt (did you mean text?); text is missing; times must be an integer, not a string',
    });
  });

  it('lets JSON send names that an open schema does not list', async () => {
    expect(await make([], { text: 'x', more: 1 })).toEqual({ text: 'x', more: 1 });
    await expect(make(['text=x', 'more=1'])).rejects.toMatchObject({
      hint: expect.stringContaining('--args'),
    });
    expect(await make(['any=1'], {}, { type: 'object' })).toEqual({ any: '1' });
  });

  it('makes a list of a key given twice, where the tool wants one', async () => {
    const schema = { type: 'object', properties: { tag: { type: 'array', items: { type: 'string' } } } };
    expect(await make(['tag=a', 'tag=b'], {}, schema)).toEqual({ tag: ['a', 'b'] });
    expect(await make(['tag=b'], { tag: ['a'] }, schema)).toEqual({ tag: ['b'] });
    await expect(make(['text=a', 'text=b'])).rejects.toMatchObject({ message: 'text is given twice' });
  });

  describe('that belong into an object', () => {
    const filter = {
      type: 'object',
      properties: {
        status: { enum: ['open', 'closed'] },
        page: { anyOf: [{ type: 'null' }, { type: 'object', properties: { size: { type: 'integer' } } }] },
        labels: { type: 'object', additionalProperties: { type: 'integer' } },
        tags: { type: 'array', items: { type: 'string' } },
        'a.b': { type: 'integer' },
      },
    };
    const schema = {
      type: 'object',
      properties: { filter: { $ref: '#/$defs/filter' }, note: { type: 'string' }, any: {} },
      $defs: { filter },
    };

    it.each<[string[], object]>([
      [['filter.status=open'], { filter: { status: 'open' } }],
      [['filter.status=open', 'filter.page.size=5'], { filter: { status: 'open', page: { size: 5 } } }],
      [['filter.page:=null'], { filter: { page: null } }],
      [['filter.a.b=1'], { filter: { 'a.b': 1 } }],
      [['filter.labels.app.kubernetes.io/x=1'], { filter: { labels: { 'app.kubernetes.io/x': 1 } } }],
      [['filter.tags=a', 'filter.tags=b'], { filter: { tags: ['a', 'b'] } }],
      [['filter:={"status":"open"}', 'filter.a.b=1'], { filter: { status: 'open', 'a.b': 1 } }],
      [['any.x.y=1'], { any: { 'x.y': '1' } }],
      [['filter.tags=@f'], { filter: { tags: ['text of f'] } }],
    ])('%j', async (words, taken) => expect(await make(words, {}, schema)).toEqual(taken));

    it('lays them over what --args has, and leaves that as it is', async () => {
      const base = { filter: { status: 'open', 'a.b': 1 } };
      expect(await make(['filter.status=closed'], base, schema)).toEqual({
        filter: { status: 'closed', 'a.b': 1 },
      });
      expect(base.filter.status).toBe('open');
    });

    it.each<[string[], string]>([
      [['filter.statsu=open'], 'there is no filter.statsu (did you mean status?)'],
      [['filtr.status=open'], 'there is no filtr (did you mean filter?)'],
      [['filter.status=shut'], 'filter.status must be one of "open", "closed"'],
      [['note.x=1'], 'note is string: there is no x in it'],
      [['note.=1'], 'there is no note. (did you mean note?)'],
      [['filter.page.size=x', 'nte=y'], 'there is no nte (did you mean note?); filter.page'],
    ])('%j is refused', async (words, message) => {
      await expect(make(words, {}, schema)).rejects.toMatchObject({
        code: 'bad_arguments',
        message: expect.stringContaining(message),
      });
    });

    it('refuses parts of what is no object', async () => {
      await expect(make(['filter.a.b=1'], { filter: [1] }, schema)).rejects.toMatchObject({
        code: 'bad_argument',
        message: 'filter is given whole, and in parts as well',
      });
    });

    it('pollutes nothing', async () => {
      const open = { type: 'object', properties: { any: {} } };
      const args = await make(['any.__proto__:={"polluted":1}'], {}, open);
      expect(JSON.stringify(args)).toBe('{"any":{"__proto__":{"polluted":1}}}');
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    });
  });

  it('treats __proto__ as a name like any other', async () => {
    const args = await make(['__proto__:={"polluted":1}'], {}, { type: 'object' });
    expect(Object.keys(args)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

it.each(['[1]', '"x"', 'null', '{', ''])('parseObject refuses %j', (text) => {
  expect(() => parseObject(text, '--args')).toThrow(expect.objectContaining({ code: 'bad_json' }));
});

describe('findTool', () => {
  const shelves = [
    { server: 'a', tools: [ECHO, { ...ECHO, name: 'search' }] },
    { server: 'b', tools: [ECHO] },
  ];
  const find = (name: string) => findTool(shelves, name, '/tools');
  it('finds by name, by server and name, and says what is wrong', () => {
    expect(find('search')).toMatchObject({ server: 'a' });
    expect(find('b/echo')).toMatchObject({ server: 'b', tool: { name: 'echo' } });
    expect(() => find('echo')).toThrow(expect.objectContaining({ code: 'ambiguous_tool' }));
    expect(() => find('serch')).toThrow(expect.objectContaining({ hint: 'did you mean search?' }));
  });

  it('takes what a server says twice for one tool, and calls neither of two that differ', () => {
    const shelf = (...tools: (typeof ECHO)[]) => [{ server: 'a', tools }];
    const other = { ...ECHO, inputSchema: { type: 'object' as const } };
    expect(findTool(shelf(ECHO, { ...ECHO }), 'echo', '/tools').tool).toEqual(ECHO);
    for (const name of ['echo', 'a/echo']) {
      expect(() => findTool(shelf(ECHO, other), name, '/tools')).toThrow(
        expect.objectContaining({ code: 'repeated_tool', exit: 7, server: 'a' }),
      );
    }
    expect(() => findTool([...shelf(ECHO, other), ...shelves], 'echo', '/tools')).toThrow(
      expect.objectContaining({ message: 'a and b both have a tool named echo' }),
    );
  });
});

describe('sideBySide', () => {
  it('starts all before one ends, keeps the order, and knows whose failure it is', async () => {
    const started: string[] = [];
    let release = () => {};
    const last = new Promise<void>((resolve) => {
      release = resolve;
    });
    const outcomes = await sideBySide(['a', 'b', 'c'], async (server) => {
      started.push(server);
      if (server === 'c') release();
      await last;
      if (server === 'b') throw new NetworkError('unreachable', 'away');
      return server;
    });
    expect(started).toEqual(['a', 'b', 'c']);
    expect(outcomes.map(({ server, value }) => [server, value])).toEqual([
      ['a', 'a'],
      ['b', undefined],
      ['c', 'c'],
    ]);
    expect(() => throwFailures(outcomes)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ server: 'b' })] }),
    );
    expect(() => throwFailures(outcomes.slice(1, 2))).toThrow(expect.objectContaining({ server: 'b' }));
  });
});
