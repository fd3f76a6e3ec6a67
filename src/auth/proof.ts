// The proof that a token is ours (RFC 9449): the key it is bound to, and what that key signs.

import { webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { StoreError } from '../errors.ts';
import { type ProofAlgorithm, type ProofKey, proofKey, publicHalf } from '../store/proof-key.ts';
import type { StoredRecord } from '../store/record.ts';
import { typed } from '../typed.ts';
import type { AuthContext } from './context.ts';

/** A key at work. One for each key in a command, because it remembers the nonces that servers gave, by origin. */
export type Proof = {
  key: ProofKey;
  /** Signs what oauth4webapi sends. */
  handle: oauth.DPoPHandle;
  /** For `dpop_jkt`. */
  thumbprint: string;
};

type Proving = Pick<AuthContext, 'proofs' | 'now' | 'entry'>;

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;
const RSA = { hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

type KeyParameters = webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams;

function parametersOf(alg: ProofAlgorithm): KeyParameters {
  if (alg === 'PS256') return { name: 'RSA-PSS', ...RSA };
  if (alg === 'RS256') return { name: 'RSASSA-PKCS1-v1_5', ...RSA };
  return { name: 'ECDSA', namedCurve: CURVES[alg] };
}

/** A new key, which exists nowhere else until it is kept. */
export async function newProof(ctx: Proving, alg: ProofAlgorithm): Promise<Proof> {
  const pair = await webcrypto.subtle.generateKey(parametersOf(alg), true, ['sign', 'verify']);
  const key = proofKey({ ...(await webcrypto.subtle.exportKey('jwk', pair.privateKey)), alg });
  if (!key) throw new TypeError(`no key for ${alg}`);
  return proofWith(ctx, key);
}

/** What proves that the tokens of `record` are ours; undefined if whoever has them may use them. */
export async function proofOf(ctx: Proving, record: StoredRecord): Promise<Proof | undefined> {
  return record.proofKey && record.tokens && proofWith(ctx, record.proofKey);
}

/** @throws StoreError `corrupt` for a stored key that is none */
export async function proofWith(ctx: Proving, key: ProofKey): Promise<Proof> {
  const name = JSON.stringify(publicHalf(key));
  const proof = ctx.proofs.get(name) ?? open(ctx, key);
  ctx.proofs.set(name, proof);
  return proof;
}

async function open({ entry, now }: Proving, key: ProofKey): Promise<Proof> {
  const parameters = parametersOf(key.alg);
  const load = (jwk: Record<string, string>, extractable: boolean, use: 'sign' | 'verify') =>
    webcrypto.subtle.importKey('jwk', jwk, parameters, extractable, [use]);
  try {
    const { alg: _, ...jwk } = key;
    // oauth4webapi reads the public half, and cannot read the other one out again.
    const pair = {
      privateKey: await load(jwk, false, 'sign'),
      publicKey: await load(publicHalf(key), true, 'verify'),
    };
    const handle = oauth.DPoP({}, pair, {
      [oauth.modifyAssertion]: (_header, payload) => {
        payload.iat = Math.floor(now() / 1000);
      },
    });
    return { key, handle, thumbprint: await handle.calculateThumbprint() };
  } catch {
    // Whatever is wrong with it, the error may quote it.
    throw new StoreError('corrupt', `the stored key of the sign-in to ${entry.name} is damaged`, {
      server: entry.name,
      hint: `drop it and sign in again: ${typed('mcp-cli', 'auth', 'reset', entry.name)}`,
    });
  }
}
