// How a resource server judges DPoP proofs (RFC 9449 section 4.3): by its own reading, without the library under test.
import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { Hit } from './loopback.ts';

type Presented = {
  /** The MCP endpoint. */
  url: string;
  token: string;
  /** The key that the token is bound to. */
  jkt: string | undefined;
};

type Claims = { jti: string; htm: string; htu: string; iat: number; ath?: string; nonce?: string };

export type ProofCheck = {
  /** Wanted in every proof, and given with every answer; changed while it runs. */
  nonce: string | undefined;
  /** Those that were good, in order. */
  taken: Claims[];
  /** What is wrong with the proof of a request, as `error`. */
  fault(hit: Hit, presented: Presented): string | undefined;
};

/** Remembers each `jti`, so that no proof is good for two requests. */
export function proofCheck(nonce?: string): ProofCheck {
  const check: ProofCheck = {
    nonce,
    taken: [],
    fault(hit, { url, token, jkt }) {
      const proof = readProof(hit.headers.dpop);
      if (!proof) return 'invalid_dpop_proof';
      const { claims, thumbprint } = proof;
      if (thumbprint !== jkt) return 'invalid_token';
      if (check.nonce !== claims.nonce && check.nonce !== undefined) return 'use_dpop_nonce';
      const good =
        claims.htm === hit.method &&
        claims.htu === `${new URL(url).origin}${hit.path}` &&
        claims.ath === createHash('sha256').update(token).digest('base64url') &&
        Math.abs(claims.iat - Date.now() / 1000) < 60 &&
        check.taken.every(({ jti }) => jti !== claims.jti);
      if (!good) return 'invalid_dpop_proof';
      check.taken.push(claims);
      return undefined;
    },
  };
  return check;
}

/** The claims of a proof that its own key has signed, and the thumbprint of that key (RFC 7638). */
export function readProof(header: string | string[] | undefined) {
  const [head = '', body = '', signature = ''] = String(header ?? '').split('.');
  if (signature === '') return undefined;
  const { typ, alg, jwk } = decoded<{ typ: string; alg: string; jwk: JsonWebKey }>(head);
  if (typ !== 'dpop+jwt' || alg !== 'ES256' || jwk.kty !== 'EC' || 'd' in jwk) return undefined;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const text = Buffer.from(`${head}.${body}`);
  const signed = verify(
    'sha256',
    text,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) return undefined;
  const { crv, kty, x, y } = jwk;
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { claims: decoded<Claims>(body), thumbprint };
}

function decoded<T>(part: string): T {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as T;
}
