import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';

/**
 * The certificates to trust when `--ca-file` adds its own: Node takes a list as the whole truth, so what it would
 * trust without one is put in front. Without a file: undefined, Node's own choice. Throws ConfigError.
 */
export async function trustedCertificates(
  caFile: string | undefined,
  env: Env,
): Promise<string[] | undefined> {
  if (caFile === undefined) return undefined;
  const added = pemBlocks(
    await readFile(caFile, 'utf8').catch((cause) => {
      throw new ConfigError('ca_file', `the CA file ${caFile} cannot be read`, {
        hint: 'check --ca-file',
        cause,
      });
    }),
  );
  if (added.length === 0 || !added.every(isCertificate)) {
    throw new ConfigError('ca_file', `the CA file ${caFile} does not hold PEM certificates`, {
      hint: 'convert a DER file with: openssl x509 -inform der -in FILE -out FILE.pem',
    });
  }
  return [...(await defaults(env)), ...added];
}

async function defaults(env: Env): Promise<string[]> {
  // Newer than Node 20: knows --use-system-ca.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  const known = getCACertificates?.('default') ?? tls.rootCertificates;
  const extra = env.NODE_EXTRA_CA_CERTS;
  // Node itself warns of an unreadable file and goes on.
  const text = extra ? await readFile(extra, 'utf8').catch(() => '') : '';
  return [...known, ...pemBlocks(text).filter(isCertificate)];
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
