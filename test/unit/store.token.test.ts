import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryFile, entryStem } from '../../src/store/names.ts';
import { recordKey } from '../../src/store/record-key.ts';
import {
  isOver,
  isTokenKey,
  isTokenName,
  parseToken,
  type StoredToken,
  serializeToken,
  signInKeys,
  splitTokenKey,
  tokenKey,
  tokenKeys,
  valueFault,
} from '../../src/store/token.ts';

const full: StoredToken = {
  version: 1,
  type: 'api-key',
  value: 'k-1',
  provider: 'openai',
  createdAt: 1,
  expiresAt: 2,
};
const KEY = '~api-key:openai';

describe('keys', () => {
  test.each([
    [{ namespace: 'bearer', name: 'my-api' }, '~bearer:my-api'],
    [{ namespace: 'team', name: 'a:b@c~d' }, '~team:a:b@c~d'],
  ])('%j is %s and back', (name, key) => {
    expect(tokenKey(name)).toBe(key);
    expect(splitTokenKey(key)).toEqual(name);
  });

  test('no server, account or variant has the key, or the file, of a token', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom('~bearer:x', '~', 'bearer:x'),
    );
    fc.assert(
      fc.property(
        text,
        fc.option(text, { nil: undefined }),
        text,
        text,
        (server, account, namespace, name) => {
          const key = recordKey(server, account);
          const own = tokenKey({ namespace, name });
          expect([isTokenKey(key), isTokenKey(own)]).toEqual([false, true]);
          expect(entryFile(key).startsWith('~')).toBe(false);
          expect(entryFile(own).startsWith('~')).toBe(true);
        },
      ),
    );
  });

  test('what only the file is left of is known as no sign-in, and can be deleted', () => {
    const stem = entryStem(entryFile('~bearer:my-api')) ?? '';
    expect(stem).toMatch(/^~bearer_my-api-[0-9a-f]{10}$/);
    expect(signInKeys([stem, 'notes'])).toEqual(['notes']);
    expect(entryFile(stem)).toBe(`${stem}.enc`);
    expect(splitTokenKey(stem)).toEqual({ namespace: '', name: stem.slice(1) });
  });

  test('the second copies that the Python tool keeps of sign-ins are neither', () => {
    const keys = ['notes', '~bearer:a', '~oauth:notes'];
    expect([signInKeys(keys), tokenKeys(keys)]).toEqual([['notes'], ['~bearer:a']]);
  });

  test.each<[string, string, boolean]>([
    ['bearer', 'my-api', true],
    ['team.2_x', 'größe of it', true],
    ['', 'x', false],
    ['a:b', 'x', false],
    ['a/b', 'x', false],
    ['-a', 'x', false],
    ['a'.repeat(65), 'x', false],
    ['a', '', false],
    ['a', ' x', false],
    ['a', 'x}', false],
    ['a', 'x\n', false],
    ['a', 'x\u202e', false],
    ['a', 'x'.repeat(201), false],
  ])('%j and %j: %s', (namespace, name, good) => {
    expect(isTokenName({ namespace, name })).toBe(good);
  });
});

describe('values', () => {
  test.each<[StoredToken['type'], string, RegExp | undefined]>([
    ['bearer', 'abc', undefined],
    ['bearer', '', /empty/],
    ['bearer', 'a\nb', /line break/],
    ['api-key', 'größe', /line break or another/],
    ['generic', 'größe\nof it\t', undefined],
    ['generic', 'a\0', /control/],
    ['generic', 'a\u001b[2J', /control/],
    ['generic', '\ud800', /no text/],
    ['generic', 'x'.repeat(65_537), /longer than 64 KB/],
  ])('%s %j', (type, value, fault) => {
    if (fault === undefined) expect(valueFault(type, value)).toBeUndefined();
    else expect(valueFault(type, value)).toMatch(fault);
  });

  test.each<[number | undefined, boolean]>([
    [undefined, false],
    [9, true],
    [10, true],
    [11, false],
  ])('good until %s, at 10: over is %s', (expiresAt, over) => {
    expect(isOver(expiresAt === undefined ? {} : { expiresAt }, 10)).toBe(over);
  });
});

describe('what is stored', () => {
  test('comes back, without members that nobody knows', () => {
    expect(parseToken(serializeToken(full, KEY), KEY)).toEqual(full);
    expect(parseToken(JSON.stringify({ ...full, more: 1 }), KEY)).toEqual(full);
  });

  test.each<[string, unknown]>([
    ['', 'text'],
    ['', []],
    ['version', { ...full, version: 2 }],
    ['type', { ...full, type: 'oauth' }],
    ['value', { ...full, value: 7 }],
    ['value', { ...full, value: 'ssse\r\nX: y' }],
    ['provider', { ...full, provider: 'a\u001b[2J' }],
    ['createdAt', { ...full, createdAt: -1 }],
    ['expiresAt', { ...full, expiresAt: '2030' }],
    ['version', { server: 'notes', tokens: {} }],
  ])('is refused for its %j', (member, stored) => {
    const read = () => parseToken(JSON.stringify(stored), KEY);
    expect(read).toThrow(expect.objectContaining({ code: 'corrupt', exit: 6 }));
    expect(read).toThrow(member === '' ? /is damaged$/ : `(${member})`);
    expect(read).not.toThrow(/ssse/);
  });

  test('the hint names a command that deletes it, and no key drives a terminal', () => {
    expect(() => parseToken('', '~team:a b')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("token delete 'a b' --namespace team") }),
    );
    expect(() => parseToken('', '~team:a\u001b[2J')).not.toThrow('\u001b');
  });
});
