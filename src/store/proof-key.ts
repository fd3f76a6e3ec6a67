// The private key that tokens are bound to (RFC 9449), as it lies in a record. Pure.

import { asObject } from '../json-object.ts';
import type { Check } from './fields.ts';

/** What a proof is signed with, and the members of its JWK (RFC 7518 section 6): the public ones, then the secret ones. */
const MEMBERS = {
  ES256: { kty: 'EC', crv: 'P-256', open: ['x', 'y'], secret: ['d'] },
  ES384: { kty: 'EC', crv: 'P-384', open: ['x', 'y'], secret: ['d'] },
  ES512: { kty: 'EC', crv: 'P-521', open: ['x', 'y'], secret: ['d'] },
  PS256: { kty: 'RSA', crv: undefined, open: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  RS256: { kty: 'RSA', crv: undefined, open: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
} as const;

export type ProofAlgorithm = keyof typeof MEMBERS;

/** In the order of preference. */
export const PROOF_ALGORITHMS = Object.keys(MEMBERS) as ProofAlgorithm[];

/** A private JWK with its algorithm. */
export type ProofKey = { alg: ProofAlgorithm; kty: string; crv?: string } & Record<string, string>;

/** Characters of a member: an RSA key of 4096 bits needs 683. */
const LONGEST = 1024;

/** A key of one of our algorithms with all members that it needs and no others. */
export const proofKey: Check<ProofKey> = (value) => {
  const jwk = asObject(value);
  const alg = PROOF_ALGORITHMS.find((one) => one === jwk?.alg);
  if (!jwk || alg === undefined) return undefined;
  const { kty, crv, open, secret } = MEMBERS[alg];
  if (jwk.kty !== kty || jwk.crv !== crv) return undefined;
  const key: ProofKey = { alg, kty, ...(crv !== undefined && { crv }) };
  for (const name of [...open, ...secret]) {
    const member = jwk[name];
    if (typeof member !== 'string' || member.length > LONGEST || !/^[\w-]+$/.test(member)) return undefined;
    key[name] = member;
  }
  return key;
};

/** The public half. */
export function publicHalf(key: ProofKey): Record<string, string> {
  const { kty, crv, open } = MEMBERS[key.alg];
  const members = open.map((name) => [name, key[name] ?? '']);
  return { kty, ...(crv !== undefined && { crv }), ...Object.fromEntries(members) };
}
