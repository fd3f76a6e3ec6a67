// Whose word a record's places are: an HMAC under what is configured tells those that we wrote from all others.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { knowsDestination, mayUse, withDestination } from '../../src/auth/destination.ts';
import type { HttpEntry, OAuthEntry } from '../../src/config/entry.ts';
import { parseRecord, type StoredRecord, serializeRecord } from '../../src/store/record.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const record: StoredRecord = {
  version: 1,
  server: 'notion',
  url: 'https://mcp.example/mcp',
  issuer: 'https://as.example',
  tokenEndpoint: 'https://as.example/token',
  revocationEndpoint: 'https://as.example/revoke',
  client: { id: 'the-client', source: 'configured', authMethod: 'client_secret_basic' },
  tokens: { accessToken: 'at', tokenType: 'Bearer', refreshToken: 'rt', issuedAt: 1 },
};
const registered: StoredRecord = { ...record, client: { ...record.client, source: 'registered' } };

/** Each call is a command of its own. */
const entry = (oauth: Partial<OAuthEntry>, more: Partial<HttpEntry> = {}) =>
  httpEntry({ oauth: oauthEntry({ clientId: 'the-client', ...oauth }), ...more });
const withSecret = (clientSecret = 'a secret of the client') => entry({ clientSecret });

function withKey(privateKey = pem()): HttpEntry {
  const none = { assertion: undefined, assertionFile: undefined, assertionEnv: undefined, idp: undefined };
  return entry({
    credentials: { privateKey, privateKeyFile: undefined, signingAlgorithm: undefined, ...none },
  });
}

function pem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function withInitialToken(initialAccessToken: string): HttpEntry {
  const rest = { enabled: true, issuer: undefined, registrationEndpoint: undefined, metadata: undefined };
  return entry({ clientId: undefined, dynamicRegistration: { ...rest, initialAccessToken } });
}

const edits: [string, (record: StoredRecord) => StoredRecord][] = [
  ['another server', (made) => ({ ...made, url: 'https://mcp.example/other' })],
  ['another issuer', (made) => ({ ...made, issuer: 'https://evil.example' })],
  ['another token endpoint', (made) => ({ ...made, tokenEndpoint: 'https://evil.example/token' })],
  ['another revocation endpoint', (made) => ({ ...made, revocationEndpoint: 'https://evil.example/revoke' })],
  ['no revocation endpoint', ({ revocationEndpoint: _, ...made }) => made],
  ['another client', (made) => ({ ...made, client: { ...made.client, id: 'other' } })],
  [
    'another way to prove it',
    (made) => ({ ...made, client: { ...made.client, authMethod: 'client_secret_post' } }),
  ],
  ['no word', ({ destination: _, ...made }) => made],
  ['half a word', (made) => ({ ...made, destination: made.destination?.slice(0, 20) ?? '' })],
  ['a word that is none', (made) => ({ ...made, destination: 'x' })],
];

describe.each<[string, () => HttpEntry, StoredRecord]>([
  ['client secret', () => withSecret(), record],
  ['private key', () => withKey(), record],
  ['initial access token', () => withInitialToken('an initial token'), registered],
])('under a %s', (_, make, given) => {
  const own = make();
  const made = withDestination(own, given);

  test('what was written is known, after reading it back and a renewal', async () => {
    const kept = parseRecord(serializeRecord(await made), 'notion');
    expect(kept.destination).toMatch(/^[\w-]{43}$/);
    const renewed = { ...kept, tokens: { accessToken: 'a', tokenType: 'Bearer' as const, issuedAt: 2 } };
    expect(await knowsDestination({ ...own }, renewed)).toBe(true);
  });

  test.each(edits)('%s is not', async (__, edit) => {
    expect(await knowsDestination(own, edit(await made))).toBe(false);
  });
});

test.each<[string, HttpEntry, HttpEntry]>([
  ['a client secret', withSecret(), withSecret('another one')],
  ['a key', withKey(), withKey()],
  ['a secret in the place of a key', withKey(), withSecret()],
])('%s that was exchanged begins anew', async (_, before, after) => {
  expect(await knowsDestination(after, await withDestination(before, record))).toBe(false);
});

test('a key is the same in every spelling', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sec1 = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const jwk = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'k' });
  expect(await knowsDestination(withKey(jwk), await withDestination(withKey(sec1), record))).toBe(true);
});

test('the word for one kind of proof says nothing of another of the same text', async () => {
  const made = await withDestination(withInitialToken('the same text'), registered);
  const posed = { ...made, client: record.client };
  expect(await knowsDestination(withSecret('the same text'), posed)).toBe(false);
});

describe('nothing is signed, and nothing asked', () => {
  test.each<[string, HttpEntry, StoredRecord]>([
    ['for a public client', entry({}), record],
    ['without any configuration', httpEntry(), registered],
    [
      'for an assertion alone',
      entry({ clientId: undefined, grantType: 'jwt_bearer' }),
      { ...record, client: { ...record.client, source: 'assertion' } },
    ],
  ])('%s', async (_, own, given) => {
    expect(await knowsDestination(own, given)).toBe(true);
    expect(await withDestination(own, { ...given, destination: 'of somebody' })).not.toHaveProperty(
      'destination',
    );
  });

  test("a registered client's own secret goes where its record says", async () => {
    expect(await mayUse(withInitialToken('an initial token'), registered)).toBe(true);
  });
});

describe('with configured endpoints the configuration is the word', () => {
  const own = entry({
    clientSecret: 'a secret of the client',
    issuer: record.issuer,
    authorizationEndpoint: 'https://as.example/authorize',
    tokenEndpoint: record.tokenEndpoint,
    revocationEndpoint: record.revocationEndpoint,
  });

  test('for the same places', async () => {
    const made = await withDestination(own, record);
    expect(made).not.toHaveProperty('destination');
    expect(await knowsDestination(own, made)).toBe(true);
  });

  test.each(edits.slice(1, 5))('and not for %s', async (_, edit) => {
    expect(await knowsDestination(own, edit(record))).toBe(false);
  });
});

test('a key file that is gone costs no tokens', async () => {
  const gone = withKey('no key at all');
  expect(await withDestination(gone, record)).toEqual(record);
  await expect(knowsDestination(gone, { ...record, destination: 'x' })).rejects.toMatchObject({
    code: 'private_key',
  });
});
