// A token in Vault is what the Python tool writes there, and what that tool wrote is a token here.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseToken, type StoredToken, serializeToken, tokenKey } from '../../src/store/token.ts';
import { entryName, fromFields, keyOf, toFields } from '../../src/store/vault/layout.ts';

const theirs = (fields: Record<string, unknown>) => JSON.parse(String(fields.value));
const written = (token: StoredToken, key: string) => toFields(serializeToken(token, key), undefined, key);

describe('ours, as that tool reads it', () => {
  test('a bearer token', () => {
    const fields = written(
      { version: 1, type: 'bearer', value: 'v', createdAt: 5, expiresAt: 61_500 },
      '~team:a',
    );
    expect(theirs(fields)).toEqual({
      token_type: 'bearer',
      name: 'a',
      data: { token: 'v', expires_at: 61.5 },
      metadata: { namespace: 'team' },
    });
    expect(fields._mcp).toEqual({ v: 1, token: { type: 'bearer', createdAt: 5, expiresAt: 61_500 } });
  });

  test('an API key, whose provider that tool insists on', () => {
    expect(theirs(written({ version: 1, type: 'api-key', value: 'v' }, '~api-key:search'))).toMatchObject({
      token_type: 'api_key',
      data: { provider: 'search', key: 'v' },
    });
  });

  test.each<[StoredToken, string]>([
    [{ version: 1, type: 'api-key', value: 'v', provider: 'openai' }, '~provider:openai'],
    [{ version: 1, type: 'generic', value: 'v' }, '~generic:x'],
  ])('%j is kept as it is', (token, key) => {
    expect(written(token, key).value).toBe('v');
  });
});

test('whatever is stored comes back', () => {
  const text = fc.stringMatching(/^[\x20-\x7e]{1,40}$/);
  const time = fc.option(fc.nat(), { nil: undefined });
  const type = fc.constantFrom('bearer' as const, 'api-key' as const, 'generic' as const);
  const namespace = fc.constantFrom('bearer', 'api-key', 'provider', 'generic', 'team');
  // A value that looks like what that tool writes is one of them.
  const value = fc.oneof(
    text,
    fc.constant('{"token_type":"bearer","data":{"token":"x"}}'),
    fc.constant('{}'),
  );
  fc.assert(
    fc.property(type, value, time, time, fc.option(text, { nil: undefined }), namespace, (...all) => {
      const [kind, secret, createdAt, expiresAt, provider, within] = all;
      const token: StoredToken = {
        version: 1,
        type: kind,
        value: secret,
        ...(provider !== undefined && { provider }),
        ...(createdAt !== undefined && { createdAt }),
        ...(expiresAt !== undefined && { expiresAt }),
      };
      const key = tokenKey({ namespace: within, name: 'n' });
      const back = fromFields(JSON.parse(JSON.stringify(written(token, key))), key);
      expect(back.foreign).toBe(false);
      expect(parseToken(back.value ?? '', key)).toEqual(token);
    }),
  );
});

describe('theirs', () => {
  const stored = (token_type: string, data: object) => JSON.stringify({ token_type, name: 'n', data });

  test.each<[string, string, object]>([
    [stored('bearer', { token: 'v' }), 'bearer', { type: 'bearer', value: 'v' }],
    [
      stored('bearer', { token: 'v', expires_at: 1.5 }),
      'bearer',
      { type: 'bearer', value: 'v', expiresAt: 1500 },
    ],
    [
      stored('api_key', { key: 'v', provider: 'p' }),
      'api-key',
      { type: 'api-key', value: 'v', provider: 'p' },
    ],
    [
      stored('api-key', { key: 'v', provider: 'p' }),
      'generic',
      { type: 'api-key', value: 'v', provider: 'p' },
    ],
    ['sk-1', 'provider', { type: 'api-key', value: 'sk-1', provider: 'n' }],
    ['plain', 'generic', { type: 'generic', value: 'plain' }],
  ])('%s in %s', (value, namespace, expected) => {
    const key = tokenKey({ namespace, name: 'n' });
    const { value: text, foreign } = fromFields({ value }, key);
    expect(foreign).toBe(false);
    expect(parseToken(text ?? '', key)).toEqual({ version: 1, ...expected });
  });

  test.each([stored('bearer', { token: 7 }), stored('bearer', { token: 'a\nb' }), stored('api_key', {})])(
    'hostile: %s is damaged',
    (value) => {
      const { value: text } = fromFields({ value }, '~bearer:n');
      expect(() => parseToken(text ?? '', '~bearer:n')).toThrow(expect.objectContaining({ code: 'corrupt' }));
    },
  );
});

test.each([
  ['~bearer:github', 'bearer:github'],
  ['~team:a:b', 'team:a:b'],
  ['~team:a/b', 'team:a=2Fb'],
  ['bearer:github', 'bearer=3Agithub'],
  ['localhost:8080', 'localhost=3A8080'],
  ['notes~0123abcd', 'notes~0123abcd'],
])('%s is kept as %s', (key, name) => {
  expect(entryName(key)).toBe(name);
  expect(keyOf(name)).toBe(key);
});
