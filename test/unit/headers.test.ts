// Our own `Headers` and `Response` beside Node's, which are the standard's.
import { describe, expect, test } from 'vitest';
import { Headers as Own } from '../../src/headers.ts';
import { answer } from '../../src/response.ts';

const both = [
  ['ours', Own],
  ['the standard', Headers],
] as const;

describe.each(both)('headers: %s', (_, Class) => {
  test.each([
    ['nothing', undefined, []],
    ['pairs', [['B', '1'] as [string, string], ['a', '2'] as [string, string]], ['a: 2', 'b: 1']],
    ['a record', { 'Content-Type': 'text/plain' }, ['content-type: text/plain']],
    ['others of the kind', new Headers({ A: '1' }), ['a: 1']],
    ['spaces around a value', { a: ' \t1 2\n' }, ['a: 1 2']],
    ['one name twice', [['a', '1'] as [string, string], ['A', '2'] as [string, string]], ['a: 1, 2']],
    ['bytes beyond ASCII', { a: 'é' }, ['a: é']],
    ['an empty value', { a: '' }, ['a: ']],
    ['a name of Object.prototype', { constructor: '1' }, ['constructor: 1']],
  ])('of %s', (_, init, lines) => {
    const made = new Class(init);
    expect([...made].map(([name, value]) => `${name}: ${value}`).sort()).toEqual(lines);
  });

  test.each([
    ['a line break inside', { a: '1\r\nHost: evil' }],
    ['a NUL', { a: '1\0' }],
    ['a character that is no byte', { a: '€' }],
    ['a space in the name', { 'a b': '1' }],
    ['an empty name', { '': '1' }],
    ['a colon in the name', { 'a:': '1' }],
  ])('refuse %s', (_, init) => {
    expect(() => new Class(init as Record<string, string>)).toThrow(TypeError);
  });

  test('are read, changed and walked', () => {
    const made = new Class({ A: '1' });
    made.set('a', '2');
    made.append('B', '3');
    made.delete('none');
    expect([made.get('A'), made.has('b'), made.get('c'), made.has('constructor')]).toEqual([
      '2',
      true,
      null,
      false,
    ]);
    const seen: string[] = [];
    made.forEach((value, name) => void seen.push(`${name}=${value}`));
    expect(seen).toEqual(['a=2', 'b=3']);
    expect([...made.keys(), ...made.values()]).toEqual(['a', 'b', '2', '3']);
    expect(Object.fromEntries(made.entries())).toEqual({ a: '2', b: '3' });
    expect(Object.prototype.toString.call(made)).toBe('[object Headers]');
  });
});

test('many of one name, and spaces without number, take no time', () => {
  const made = new Own({ a: `x${' '.repeat(9000)}x` });
  const start = performance.now();
  for (let round = 0; round < 900; round++) made.append('a', ' b ');
  // A minute, where each looks at all that came before.
  expect(performance.now() - start).toBeLessThan(1000);
  expect(made.get('a')).toMatch(/^x {9000}x(, b){900}$/);
});

test('a value that is refused is not repeated', () => {
  expect(() => new Own({ authorization: 'hush\nhush' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hush') }),
  );
});

const makers = [
  [
    'ours',
    (text: string | null, status: number) => answer(text === null ? null : streamOf(text), { status }),
  ],
  ['the standard', (text: string | null, status: number) => new Response(text && streamOf(text), { status })],
] as const;

function streamOf(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  // Cut inside a character.
  return new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
}

describe.each(makers)('a response: %s', (_, make) => {
  test('says whether it is good', () => {
    expect([200, 204, 299, 300, 404].map((status) => make(null, status).ok)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('is read once, as text or as JSON', async () => {
    const response = make('{"a":"é\u{1f600}"}', 200);
    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual({ a: 'é\u{1f600}' });
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(await make(null, 204).text()).toBe('');
    expect(await make('\ufeffx', 200).text()).toBe('x');
    await expect(make('<html>', 200).json()).rejects.toThrow(SyntaxError);
  });
});
