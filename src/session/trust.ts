// Whose certificates are believed. Where nothing is named, Node's own list; what is named adds to it and takes nothing
// away; the operating system's list is looked at only where these know nothing of who signed.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';

/** Certificates, PEM, and where they are from, as a person wrote it: `--ca-file /etc/ca.pem`. */
export type Authorities = { source: string; certificates: string[] };

/** `setting` is what names the file, for messages. */
export type CaFile = { setting: string; file: string };

const USUAL = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * What the person added: the files of `--ca-file` and the like, and of `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE`.
 * Throws ConfigError `ca_file` for a file of the first kind; the others are the environment's, which is for many
 * programs, and one that cannot be read adds nothing (Node does the same).
 */
export async function addedAuthorities(files: readonly CaFile[], env: Env): Promise<Authorities[]> {
  const named = await Promise.all(files.map(certificatesIn));
  const around = await Promise.all(
    ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'].map(async (name) => {
      const file = env[name];
      const certificates = file ? await bundle(file) : [];
      return { source: `${name} ${file}`, certificates };
    }),
  );
  return [...named, ...around].filter(({ certificates }) => certificates.length > 0);
}

/** The operating system's, where Node can ask it (22.15), else in a bundle at one of the usual places; or none. */
export async function systemAuthorities(): Promise<Authorities> {
  const source = 'the operating system';
  const certificates = certificatesOf('system');
  if (certificates) return { source, certificates };
  for (const file of USUAL) {
    const found = await bundle(file);
    if (found.length > 0) return { source: `${source} (${file})`, certificates: found };
  }
  return { source, certificates: [] };
}

/** Node takes a list as the whole truth: its own comes first. Undefined: nothing is added, and Node's choice is enough. */
export function asList(added: readonly Authorities[]): string[] | undefined {
  if (added.length === 0) return undefined;
  const own = certificatesOf('default') ?? tls.rootCertificates;
  return [...new Set([...own, ...added.flatMap(({ certificates }) => certificates)])];
}

/** Newer than Node 20; `default` knows --use-system-ca. */
function certificatesOf(type: 'default' | 'system'): string[] | undefined {
  return (tls as { getCACertificates?: (type: string) => string[] }).getCACertificates?.(type);
}

/** Which of them vouches for a chain of DER certificates, the server's own first. Undefined: none, so Node's own does. */
export function vouching(added: readonly Authorities[], chain: readonly Uint8Array[]): string | undefined {
  const prints = new Set(chain.map((raw) => new X509Certificate(raw).fingerprint256));
  return added.find(({ certificates }) =>
    certificates.some((pem) => prints.has(new X509Certificate(pem).fingerprint256)),
  )?.source;
}

async function certificatesIn({ setting, file }: CaFile): Promise<Authorities> {
  const found = pemBlocks(
    await readFile(file, 'utf8').catch((cause) => {
      throw new ConfigError('ca_file', `the CA file ${file} cannot be read`, {
        hint: `check ${setting}`,
        cause,
      });
    }),
  );
  if (found.length === 0 || !found.every(isCertificate)) {
    throw new ConfigError('ca_file', `the CA file ${file} does not hold PEM certificates`, {
      hint: 'convert a DER file with: openssl x509 -inform der -in FILE -out FILE.pem',
    });
  }
  return { source: `${setting} ${file}`, certificates: found };
}

async function bundle(file: string): Promise<string[]> {
  return pemBlocks(await readFile(file, 'utf8').catch(() => '')).filter(isCertificate);
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
