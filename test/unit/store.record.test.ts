import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFresh } from '../../src/store/age.ts';
import type { ProofKey } from '../../src/store/proof-key.ts';
import { parseRecord, type StoredRecord, serializeRecord } from '../../src/store/record.ts';
import { recordKey, splitKey } from '../../src/store/record-key.ts';
import { errorOf } from '../support/store.ts';

const TOKEN = 'secret-access-token';
const full: StoredRecord = {
  version: 1,
  server: 'notion',
  account: 'me@example.com',
  url: 'https://mcp.example.com/mcp',
  issuer: 'https://auth.example.com',
  tokenEndpoint: 'https://auth.example.com/token',
  revocationEndpoint: 'https://auth.example.com/revoke',
  resource: 'urn:example:mcp',
  client: {
    id: 'https://client.example.com/metadata.json',
    secret: 'client secret',
    source: 'registered',
    authMethod: 'client_secret_basic',
    redirectUris: ['http://127.0.0.1:4711/callback/x', 'com.example.app:/callback'],
    secretExpiresAt: 1_800_000_000_000,
  },
  tokens: {
    accessToken: TOKEN,
    tokenType: 'Bearer',
    refreshToken: 'refresh',
    idToken: 'a.b.c',
    scope: 'read write',
    issuedAt: 1_700_000_000_000,
    expiresAt: 1_700_003_600_000,
  },
};
const small: StoredRecord = {
  version: 1,
  server: 'local',
  url: 'http://localhost:3000/mcp',
  issuer: 'http://127.0.0.1:9000',
  tokenEndpoint: 'http://[::1]:9000/token',
  client: { id: 'x', source: 'configured', authMethod: 'none' },
};
const KEY: ProofKey = {
  alg: 'ES256',
  kty: 'EC',
  crv: 'P-256',
  x: 'public-half-of-the-key',
  y: 'the-other-public-half',
  d: 'secret-half-of-the-key',
};
const bound: StoredRecord = {
  ...full,
  client: { ...full.client, bound: true, pushes: true },
  proofKey: KEY,
  tokens: { ...full.tokens!, tokenType: 'DPoP' },
};
const keyOf = (record: StoredRecord) => recordKey(record.server, record.account);

/** A copy with one member, given by its path, replaced; `undefined` removes it. */
function changed(path: string, value: unknown, record: StoredRecord = full): string {
  const copy = JSON.parse(JSON.stringify(record));
  const names = path.split('.');
  const last = names.pop()!;
  let at = copy;
  for (const name of names) at = at[name];
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(copy);
}

describe('a record', () => {
  test.each([
    ['with everything', full],
    ['with the least', small],
  ])('comes back %s', (_, record) => {
    expect(parseRecord(serializeRecord(record), keyOf(record))).toEqual(record);
  });

  test.each<[string, StoredRecord]>([
    ['with the key of its tokens', bound],
    ['with a key that outlived them', { ...small, proofKey: KEY }],
  ])('comes back %s', (_, record) => {
    expect(parseRecord(serializeRecord(record), keyOf(record))).toEqual(record);
  });

  test.each<[string, unknown]>([
    ['proofKey', undefined],
    ['proofKey', null],
    ['proofKey', []],
    ['proofKey', JSON.stringify(KEY)],
    ['proofKey.alg', 'HS256'],
    ['proofKey.alg', 'none'],
    ['proofKey.alg', 'toString'],
    ['proofKey.alg', 'ES384'],
    ['proofKey.kty', 'oct'],
    ['proofKey.kty', undefined],
    ['proofKey.crv', 'P-384'],
    ['proofKey.x', undefined],
    ['proofKey.y', 7],
    ['proofKey.d', undefined],
    ['proofKey.d', ''],
    ['proofKey.d', 'a+b='],
    ['proofKey.d', 'x'.repeat(2_000)],
    ['tokens.tokenType', 'Bearer'],
  ])('a bound one is refused with %s = %j', async (path, value) => {
    const error = await errorOf(() => parseRecord(changed(path, value, bound), keyOf(bound)));
    expect(error).toMatchObject({ code: 'corrupt', exit: 6 });
    expect(error.message + error.hint).not.toContain(KEY.d);
  });

  test('of a key only what it needs is read', () => {
    const json = changed('proofKey', { ...KEY, kid: 'a', k: 'oct', ext: true }, bound);
    expect(parseRecord(json, keyOf(bound)).proofKey).toEqual(KEY);
  });

  test('unknown members are left out', () => {
    const json = changed('client.more', { a: 1 }).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":1,',
    );
    const parsed = parseRecord(json, keyOf(full));
    expect(parsed).toEqual(full);
    expect(Object.keys(parsed)).not.toContain('constructor');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('members are not taken from a prototype', () => {
    const json = `{"__proto__":${JSON.stringify(small)}}`;
    expect(() => parseRecord(json, 'local')).toThrow(/damaged/);
  });

  test.each<[string, unknown]>([
    ['version', 2],
    ['version', '1'],
    ['server', undefined],
    ['server', ''],
    ['server', 7],
    ['server', 'other'],
    ['server', 'a\u001b[2Jb'],
    ['account', undefined],
    ['account', 'somebody'],
    ['account', null],
    ['url', 'http://mcp.example.com/mcp'],
    ['url', 'ftp://mcp.example.com/'],
    ['url', '/mcp'],
    ['url', 'https://user:pass@mcp.example.com/mcp'],
    ['url', 'https://mcp.example.com/mcp#x'],
    ['url', 'https://mcp.example.com/a b'],
    ['url', `https://mcp.example.com/${'x'.repeat(5_000)}`],
    ['url', ['https://mcp.example.com/mcp']],
    ['issuer', 'javascript:alert(1)'],
    ['issuer', undefined],
    ['tokenEndpoint', undefined],
    ['tokenEndpoint', 'http://127.0.0.1.evil.example/token'],
    ['tokenEndpoint', 'http://localhost.evil.example/token'],
    ['tokenEndpoint', 'http://localhost@evil.example/token'],
    ['tokenEndpoint', 'http://10.0.0.1/token'],
    ['revocationEndpoint', 'file:///etc/passwd'],
    ['revocationEndpoint', null],
    ['resource', 'not a uri'],
    ['resource', 'https://a.example/#fragment'],
    ['client', undefined],
    ['client', []],
    ['client', 'id'],
    ['client.id', undefined],
    ['client.id', 'a\r\nX-Evil: 1'],
    ['client.secret', 'é'],
    ['client.secret', ''],
    ['client.source', 'stolen'],
    ['client.authMethod', 'tls_client_auth'],
    ['client.redirectUris', 'https://a.example/'],
    ['client.redirectUris', ['https://a.example/', 1]],
    ['client.redirectUris', Array(65).fill('https://a.example/')],
    ['client.bound', 'yes'],
    ['client.pushes', false],
    ['client.secretExpiresAt', -1],
    ['client.secretExpiresAt', '1800000000000'],
    ['tokens', []],
    ['tokens', null],
    ['tokens.accessToken', undefined],
    ['tokens.accessToken', ''],
    ['tokens.accessToken', 'a\nb'],
    ['tokens.accessToken', 'a\u0000b'],
    ['tokens.accessToken', 'tökén'],
    ['tokens.accessToken', 'x'.repeat(300_000)],
    ['tokens.tokenType', 'bearer'],
    ['tokens.tokenType', 'mac'],
    ['tokens.refreshToken', 'a\tb'],
    ['tokens.refreshToken', null],
    ['tokens.idToken', {}],
    ['tokens.scope', ['read']],
    ['tokens.issuedAt', undefined],
    ['tokens.issuedAt', 1.5],
    ['tokens.expiresAt', 9e15],
    ['tokens.expiresAt', null],
  ])('is refused with %s = %j', async (path, value) => {
    const error = await errorOf(() => parseRecord(changed(path, value), keyOf(full)));
    expect(error).toMatchObject({ name: 'StoreError', code: 'corrupt', exit: 6 });
    if (path !== 'account' && value !== 'other') expect(error.message).toContain(path);
    expect(error.hint).toContain('auth reset');
    expect(error.message + error.hint).not.toContain(TOKEN);
    if (typeof value === 'string' && value.length > 3)
      expect(error.message + error.hint).not.toContain(value);
  });

  test.each(['', '{', 'null', '[]', '1', '"x"', '\u0000', '[['.repeat(50_000), `"${'x'.repeat(3_000_000)}"`])(
    'no JSON object of ours: case %#',
    (text) => {
      expect(() => parseRecord(text, 'notion')).toThrow(/^the stored sign-in of notion is damaged$/);
    },
  );

  test('http beyond loopback only where the entry allows it', () => {
    const json = changed('tokenEndpoint', 'http://10.0.0.1/token');
    expect(parseRecord(json, keyOf(full), { allowHttp: true }).tokenEndpoint).toBe('http://10.0.0.1/token');
    expect(() =>
      parseRecord(changed('tokenEndpoint', 'ftp://10.0.0.1/'), keyOf(full), { allowHttp: true }),
    ).toThrow();
  });

  test('what could not be read back is not written', () => {
    expect(() => serializeRecord({ ...small, url: 'http://mcp.example.com/' })).toThrow(/url/);
  });

  test('a hostile key does not reach the terminal', async () => {
    const error = await errorOf(() => parseRecord('{}', 'x\u001b]0;y\u0007\u202ez'));
    expect(error.message + error.hint).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('any JSON is either a record or a StoreError', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, key) => {
        expect(() => parseRecord(json, key)).toThrow(/is damaged/);
      }),
    );
  });
});

describe('keys', () => {
  test.each<[string, string | undefined, string]>([
    ['notion', undefined, 'notion'],
    ['notion', 'work', 'notion@work'],
    ['notion', 'me@example.com', 'notion@me@example.com'],
    ['@scope/name', undefined, '%40scope/name'],
    ['a@b', 'c', 'a%40b@c'],
    ['50%40', undefined, '50%2540'],
  ])('%s of %s', (server, account, key) => {
    expect(recordKey(server, account)).toBe(key);
    expect(splitKey(key)).toEqual(account === undefined ? { server } : { server, account });
  });

  test('every pair has a key of its own and comes back from it', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '@', '%', '4', '0', '2', '5'), minLength: 1 });
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), (server, account) => {
        expect(splitKey(recordKey(server, account))).toEqual(
          account === undefined ? { server } : { server, account },
        );
      }),
    );
  });
});

describe('freshness', () => {
  const issuedAt = 1_000_000_000;
  const at = (lifetime: number | undefined, age: number) =>
    isFresh(
      {
        accessToken: 'x',
        tokenType: 'Bearer',
        issuedAt,
        ...(lifetime === undefined ? {} : { expiresAt: issuedAt + lifetime }),
      },
      issuedAt + age,
    );
  test.each<[string, number | undefined, number, boolean]>([
    ['no expiry: good until the server says 401', undefined, 1e12, true],
    ['an hour: until five minutes before', 3_600_000, 3_299_999, true],
    ['an hour: no longer', 3_600_000, 3_300_000, false],
    ['a day: five minutes, not a tenth', 86_400_000, 86_099_999, true],
    ['a minute: until six seconds before', 60_000, 53_999, true],
    ['a minute: no longer', 60_000, 54_000, false],
    ['one second', 1_000, 0, true],
    ['no lifetime', 0, 0, false],
    ['expired before it was issued', -5_000, -5_001, true],
    ['expired before it was issued, now', -5_000, 0, false],
    ['long expired', 60_000, 1e9, false],
  ])('%s', (_, lifetime, age, fresh) => {
    expect(at(lifetime, age)).toBe(fresh);
  });
});
