import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryName, fromFields, keyOf, toFields } from '../../src/store/vault/layout.ts';

const record = {
  version: 1,
  server: 'notes',
  url: 'https://mcp.example.com/mcp',
  issuer: 'https://as.example.com',
  tokenEndpoint: 'https://as.example.com/token',
  client: { id: 'c', source: 'registered', authMethod: 'none' },
  tokens: {
    accessToken: 'a',
    tokenType: 'Bearer',
    refreshToken: 'r',
    scope: 'x y',
    issuedAt: 1_700_000_000_500,
    expiresAt: 1_700_003_600_500,
  },
};

describe('what an entry looks like', () => {
  test('a sign-in has the six fields of the Python tool, and no token twice', () => {
    const { _mcp, ...fields } = toFields(JSON.stringify(record), undefined, 'notes');
    expect(fields).toEqual({
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'r',
      scope: 'x y',
      issued_at: 1_700_000_000.5,
    });
    expect(JSON.stringify(_mcp)).not.toMatch(/"(a|r)"/);
  });

  test.each([
    ['complete', record],
    [
      'without refresh token, scope and expiry',
      { ...record, tokens: { accessToken: 'a', tokenType: 'Bearer', issuedAt: 5 } },
    ],
    ['without tokens', (({ tokens: _, ...rest }) => rest)(record)],
  ])('a sign-in comes back: %s', (_, value) => {
    const back = fromFields(toFields(JSON.stringify(value), { by: 'x', beat: 3 }, 'notes'), 'notes');
    expect(JSON.parse(back.value ?? '')).toEqual(value);
    expect(back).toMatchObject({ lease: { by: 'x', beat: 3 }, foreign: false });
  });

  test('any other text comes back letter by letter', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (value) => {
        expect(fromFields(JSON.parse(JSON.stringify(toFields(value, undefined, 'notes'))), 'notes')).toEqual({
          value,
          lease: undefined,
          foreign: false,
        });
      }),
    );
  });

  test.each<[string, Record<string, unknown>, object]>([
    ['of the Python tool', { access_token: 'a', token_type: 'Bearer' }, { value: undefined, foreign: true }],
    ['of nobody', {}, { value: undefined, foreign: false }],
    ['with ours of another type', { access_token: 'a', _mcp: 'x' }, { value: undefined, foreign: true }],
    [
      'with a lease that is none',
      { value: 'v', _mcp: { lease: { by: 1 } } },
      { value: 'v', lease: undefined },
    ],
    ['a value without ours', { value: 'v' }, { value: undefined, foreign: true }],
  ])('hostile or foreign: %s', (_, fields, expected) => {
    expect(fromFields(fields, 'notes')).toMatchObject(expected);
  });
});

describe('names', () => {
  test.each([
    ['notion', 'notion'],
    ['notion@work', 'notion@work'],
    ['a.b', 'a=2Eb'],
    ['a_b', 'a_b'],
    ['../../etc', '=2E=2E=2F=2E=2E=2Fetc'],
    ['größe', 'größe'],
    ['🙂', '=F0=9F=99=82'],
    ['a=2Eb', 'a=3D2Eb'],
  ])('%s is kept as %s', (key, name) => {
    expect(entryName(key)).toBe(name);
    expect(keyOf(name)).toBe(key);
  });

  test('no two keys share one, and none is a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        expect(keyOf(entryName(key))).toBe(key);
        expect(entryName(key)).not.toMatch(/[/.?#%\s]/);
      }),
    );
  });
});
