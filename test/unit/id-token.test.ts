import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readIdToken } from '../../src/auth/id-token.ts';
import { judgeSignature } from '../../src/auth/signature.ts';

const issuer = 'https://auth.example';
const clientId = 'client-1';
const GOOD = { iss: issuer, aud: clientId, exp: 1_800_000_000, sub: 'ada' };

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (claims: object, header: object = { alg: 'none' }) => `${part(header)}.${part(claims)}.`;

describe('readIdToken', () => {
  it.each<[object, object]>([
    [{}, { subject: 'ada' }],
    [{ aud: [clientId, 'other'], azp: clientId }, { subject: 'ada' }],
    [{ email: 'a@b.example' }, { subject: 'ada', email: 'a@b.example' }],
    [
      { email: 'a@b.example', email_verified: 'false' },
      { subject: 'ada', email: 'a@b.example', emailVerified: false },
    ],
    [
      { preferred_username: 'ada.l', name: 'Ada' },
      { subject: 'ada', username: 'ada.l', name: 'Ada' },
    ],
    [{ name: 'A\u001b[31m', email: 7, preferred_username: '' }, { subject: 'ada' }],
  ])('%j', (more, identity) =>
    expect(readIdToken(unsigned({ ...GOOD, ...more }), { issuer, clientId })).toEqual({
      identity,
      issuer,
      expiresAt: 1_800_000_000_000,
    }),
  );

  it.each<[string, string]>([
    ['another issuer', unsigned({ ...GOOD, iss: `${issuer}/` })],
    ['another client', unsigned({ ...GOOD, aud: 'client-2' })],
    ['several, and not asked for by us', unsigned({ ...GOOD, aud: [clientId, 'b'], azp: 'b' })],
    ['several, and nobody asked', unsigned({ ...GOOD, aud: [clientId, 'b'] })],
    ['asked for by another', unsigned({ ...GOOD, azp: 'b' })],
    ['no end', unsigned({ ...GOOD, exp: undefined })],
    ['an end that is no number', unsigned({ ...GOOD, exp: '1800000000' })],
    ['nobody', unsigned({ ...GOOD, sub: '' })],
    ['two parts', 'a.b'],
    ['no JSON', 'a.b.c'],
    ['a list', `${part({})}.${part([])}.`],
  ])('%s: not used', (_, token) =>
    expect(readIdToken(token, { issuer, clientId })).toEqual({ wrong: expect.any(String) }),
  );
});

describe('judgeSignature', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');
  const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });
  const signed = (header: object, key: KeyObject, hash: string | null = 'sha256') => {
    const data = `${part(header)}.${part(GOOD)}`;
    const proof = sign(hash, Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' });
    return `${data}.${proof.toString('base64url')}`;
  };
  const es = signed({ alg: 'ES256', kid: 'k' }, ec.privateKey);
  const public_ = jwk(ec.publicKey, { kid: 'k' });
  const spki = ec.publicKey.export({ type: 'spki', format: 'pem' });
  const confused = `${part({ alg: 'HS256' })}.${part(GOOD)}`;

  it.each<[string, string, unknown[], string]>([
    ['ES256', es, [public_], 'valid'],
    ['RS256', signed({ alg: 'RS256' }, rsa.privateKey), [jwk(rsa.publicKey)], 'valid'],
    ['EdDSA', signed({ alg: 'EdDSA' }, ed.privateKey, null), [jwk(ed.publicKey)], 'valid'],
    [
      'the second of two keys',
      signed({ alg: 'ES256' }, ec.privateKey),
      [jwk(rsa.publicKey), public_],
      'valid',
    ],
    ['changed claims', es.replace(part(GOOD), part({ ...GOOD, sub: 'eve' })), [public_], 'invalid'],
    ['no signature', es.replace(/[^.]+$/, ''), [public_], 'invalid'],
    [
      'another key of that name',
      es,
      [{ ...jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), kid: 'k' }],
      'invalid',
    ],
    ['a key of another name', es, [{ ...public_, kid: 'other' }], 'unchecked'],
    ['a key for encryption', es, [{ ...public_, use: 'enc' }], 'unchecked'],
    ['no keys', es, [], 'unchecked'],
    ['what is no key', es, [null, 7, 'k', { kty: 'EC', crv: 'P-256', kid: 'k' }], 'invalid'],
    ['alg none', unsigned(GOOD), [public_], 'unchecked'],
    [
      'the public key as a shared secret',
      `${confused}.${createHmac('sha256', spki).update(confused).digest('base64url')}`,
      [public_],
      'unchecked',
    ],
    [
      'an extension we do not know',
      signed({ alg: 'ES256', crit: ['x'] }, ec.privateKey),
      [public_],
      'unchecked',
    ],
    ['no token', '', [public_], 'unchecked'],
  ])('%s', (_, token, keys, verdict) => expect(judgeSignature(token, keys)).toBe(verdict));
});
