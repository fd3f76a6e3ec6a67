import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';

/**
 * The certificates to trust when files such as that of `--ca-file` add their own: Node takes a list as the whole truth,
 * so what it would trust without one is put in front. Without a file: undefined, Node's own choice. Throws ConfigError.
 */
export async function trustedCertificates(
  files: readonly (string | undefined)[],
  env: Env,
): Promise<string[] | undefined> {
  const named = files.filter((file) => file !== undefined);
  if (named.length === 0) return undefined;
  const added = await Promise.all(named.map(certificatesIn));
  return [...(await defaults(env)), ...added.flat()];
}

async function certificatesIn(file: string): Promise<string[]> {
  const found = pemBlocks(
    await readFile(file, 'utf8').catch((cause) => {
      throw new ConfigError('ca_file', `the CA file ${file} cannot be read`, {
        hint: 'check --ca-file and VAULT_CACERT',
        cause,
      });
    }),
  );
  if (found.length === 0 || !found.every(isCertificate)) {
    throw new ConfigError('ca_file', `the CA file ${file} does not hold PEM certificates`, {
      hint: 'convert a DER file with: openssl x509 -inform der -in FILE -out FILE.pem',
    });
  }
  return found;
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
