// The private key that a client proves itself with (RFC 7523 section 2.2), from the configuration or a file of its own.

import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PrivateKey } from 'oauth4webapi';
import type { HttpEntry } from '../config/entry.ts';
import { ConfigError } from '../errors.ts';
import type { AuthMethod } from '../store/record.ts';

type Algorithm = { name: string; hash?: string; namedCurve?: string };

const RSA: Record<string, Algorithm> = Object.fromEntries(
  ['256', '384', '512'].flatMap((bits) => [
    [`RS${bits}`, { name: 'RSASSA-PKCS1-v1_5', hash: `SHA-${bits}` }],
    [`PS${bits}`, { name: 'RSA-PSS', hash: `SHA-${bits}` }],
  ]),
);
const CURVES: Record<string, [string, Algorithm]> = {
  prime256v1: ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  secp384r1: ['ES384', { name: 'ECDSA', namedCurve: 'P-384' }],
  secp521r1: ['ES512', { name: 'ECDSA', namedCurve: 'P-521' }],
};

/** What a client that proves itself like this signs with; undefined if it signs nothing. Throws ConfigError `private_key`. */
export async function keyFor(entry: HttpEntry, authMethod: AuthMethod): Promise<PrivateKey | undefined> {
  return authMethod === 'private_key_jwt' ? signingKey(entry) : undefined;
}

/**
 * The configured key: PEM of any kind, or a JWK whose `kid` is sent along. An RSA key signs RS256 unless the
 * configuration says otherwise; for others the key itself decides.
 * @throws ConfigError `private_key`
 */
async function signingKey(entry: HttpEntry): Promise<PrivateKey> {
  const { privateKey, privateKeyFile, signingAlgorithm } = entry.oauth?.credentials ?? {};
  const fault = (what: string, hint: string, cause?: unknown) =>
    new ConfigError('private_key', `the private key of ${entry.name} ${what}`, {
      hint: `${hint}: ${entry.path}.oauth.${privateKeyFile === undefined ? 'private_key' : 'private_key_file'}`,
      server: entry.name,
      cause,
    });
  if (privateKey === undefined && privateKeyFile === undefined)
    throw fault('is not configured', 'name a PEM file');
  const text =
    privateKey ??
    (await readFile(privateKeyFile ?? '', 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw fault(`cannot be read (${error.code ?? 'no file'})`, 'check the path');
    }));
  const { key, kid } = parse(text) ?? {};
  if (!key) throw fault('is no private key', 'write PEM without a password, or a JWK');
  const algorithm = algorithmOf(key, signingAlgorithm);
  if (!algorithm)
    throw fault(
      `does not fit ${signingAlgorithm ?? 'any algorithm'}`,
      'use RSA, P-256, P-384, P-521 or Ed25519',
    );
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const crypto = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { key: crypto, ...(kid !== undefined && { kid }) };
}

function parse(text: string): { key: KeyObject; kid?: string } | undefined {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text) };
    const jwk = JSON.parse(text) as Record<string, unknown>;
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    return typeof jwk.kid === 'string' ? { key, kid: jwk.kid } : { key };
  } catch {
    // Whatever is wrong with it, the error may quote it.
    return undefined;
  }
}

function algorithmOf(key: KeyObject, wanted: string | undefined): Algorithm | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return RSA[wanted ?? 'RS256'];
  const [name, algorithm] =
    type === 'ed25519'
      ? ['EdDSA', { name: 'Ed25519' }]
      : (CURVES[type === 'ec' ? (details?.namedCurve ?? '') : ''] ?? []);
  const fits = wanted === undefined || wanted === name || (wanted === 'Ed25519' && name === 'EdDSA');
  return fits ? (algorithm as Algorithm | undefined) : undefined;
}
