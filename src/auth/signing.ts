// The private key that a client proves itself with (RFC 7523 section 2.2), from the configuration or a file of its own.

import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PrivateKey } from 'oauth4webapi';
import type { HttpEntry, OAuthEntry } from '../config/entry.ts';
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
  const { signingAlgorithm } = entry.oauth?.credentials ?? {};
  const { key, kid } = await configuredKey(entry);
  const algorithm = algorithmOf(key, signingAlgorithm);
  if (!algorithm)
    throw fault(
      entry,
      `does not fit ${signingAlgorithm ?? 'any algorithm'}`,
      'use RSA, P-256, P-384, P-521 or Ed25519',
    );
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const crypto = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { key: crypto, ...(kid !== undefined && { kid }) };
}

/** The configured key in one spelling, to derive others from. Throws ConfigError `private_key`. */
export async function keyBytes(entry: HttpEntry): Promise<Buffer> {
  return (await configuredKey(entry)).key.export({ type: 'pkcs8', format: 'der' });
}

export function hasPrivateKey({ credentials }: OAuthEntry): boolean {
  return credentials?.privateKey !== undefined || credentials?.privateKeyFile !== undefined;
}

async function configuredKey(entry: HttpEntry): Promise<{ key: KeyObject; kid?: string }> {
  const { privateKey, privateKeyFile } = entry.oauth?.credentials ?? {};
  if (privateKey === undefined && privateKeyFile === undefined)
    throw fault(entry, 'is not configured', 'name a PEM file');
  const text =
    privateKey ??
    (await readFile(privateKeyFile ?? '', 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw fault(entry, `cannot be read (${error.code ?? 'no file'})`, 'check the path');
    }));
  const parsed = parse(text);
  if (!parsed) throw fault(entry, 'is no private key', 'write PEM without a password, or a JWK');
  return parsed;
}

function fault(entry: HttpEntry, what: string, hint: string): ConfigError {
  const file = entry.oauth?.credentials?.privateKeyFile !== undefined;
  return new ConfigError('private_key', `the private key of ${entry.name} ${what}`, {
    hint: `${hint}: ${entry.path}.oauth.${file ? 'private_key_file' : 'private_key'}`,
    server: entry.name,
  });
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
