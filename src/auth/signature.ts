// The signature of an ID token, by the keys that its issuer publishes (RFC 7515, RFC 7517, RFC 7518).

import { constants, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { parseObject } from '../json-object.ts';
import type { AuthContext } from './context.ts';
import { fetchDocument } from './document.ts';
import { within } from './within.ts';

/** `unchecked`: there are no keys to check it with, or it is signed in a way that they do not serve. */
export type Signature = 'valid' | 'invalid' | 'unchecked';

/** Nobody has more keys in use; each is tried where the token does not name one. */
const MOST_KEYS = 50;

type Rule = { hash: string | null; kty: string; crv?: string; options: object };

const RULES: Record<string, Rule> = { EdDSA: { hash: null, kty: 'OKP', options: {} } };
for (const [bits, crv] of [
  ['256', 'P-256'],
  ['384', 'P-384'],
  ['512', 'P-521'],
] as const) {
  const hash = `sha${bits}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  RULES[`RS${bits}`] = { hash, kty: 'RSA', options: { padding: constants.RSA_PKCS1_PADDING } };
  RULES[`PS${bits}`] = { hash, kty: 'RSA', options: pss };
  RULES[`ES${bits}`] = { hash, kty: 'EC', crv, options: { dsaEncoding: 'ieee-p1363' } };
}

/**
 * @throws NetworkError if the keys cannot be had; ProtocolError `metadata_invalid` if they cannot be read
 */
export async function checkSignature(ctx: AuthContext, token: string, jwksUri: string): Promise<Signature> {
  const json = await fetchDocument(
    { http: ctx.http, entry: ctx.entry, signal: within(ctx) },
    jwksUri,
    "the authorization server's keys",
  );
  const keys = (json as { keys?: unknown } | undefined)?.keys;
  return Array.isArray(keys) ? judgeSignature(token, keys) : 'unchecked';
}

/** Pure. `none`, and what is signed with a shared secret, is never valid. */
export function judgeSignature(token: string, keys: readonly unknown[]): Signature {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = parseObject(Buffer.from(head, 'base64url').toString()) ?? {};
  const { alg, kid } = header;
  const rule = typeof alg === 'string' && Object.hasOwn(RULES, alg) ? RULES[alg] : undefined;
  // An extension that has to be understood (RFC 7515 section 4.1.11) is not.
  if (!rule || header.crit !== undefined) return 'unchecked';
  const usable = keys.slice(0, MOST_KEYS).filter((key): key is JsonWebKey => {
    if (typeof key !== 'object' || key === null) return false;
    const jwk = key as JsonWebKey;
    const fits = jwk.kty === rule.kty && (rule.crv === undefined || jwk.crv === rule.crv);
    const meant = (jwk.use ?? 'sig') === 'sig' && (jwk.alg ?? alg) === alg;
    return fits && meant && (kid === undefined || jwk.kid === kid);
  });
  if (usable.length === 0) return 'unchecked';
  const data = Buffer.from(`${head}.${body}`);
  const proof = Buffer.from(signature, 'base64url');
  return usable.some((jwk) => holds(jwk, rule, data, proof)) ? 'valid' : 'invalid';
}

function holds(jwk: JsonWebKey, { hash, options }: Rule, data: Buffer, proof: Buffer): boolean {
  try {
    return verify(hash, data, { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options }, proof);
  } catch {
    // A key that is none.
    return false;
  }
}
