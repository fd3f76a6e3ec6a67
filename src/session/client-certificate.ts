// The certificate that this side shows, where a server wants one (RFC 8446 section 4.4.2, RFC 8705).
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../errors.ts';

/** PEM files; without a key of its own the certificate's file holds it too. `setting` names them in messages. */
export type ClientFiles = { cert: string; key: string | undefined; setting: string };

/** PEM. */
export type ClientCertificate = { cert: string; key: string; file: string };

/** Throws ConfigError `client_certificate` for files that cannot be read, or are not one certificate with its key. */
export async function readClientCertificate({
  cert: file,
  key: keyFile = file,
  setting,
}: ClientFiles): Promise<ClientCertificate> {
  const [cert, key] = await Promise.all([pem(file, setting), pem(keyFile, setting)]);
  const leaf = attempt(() => new X509Certificate(cert));
  if (!leaf)
    throw bad(`${file} does not hold a PEM certificate`, `check ${setting}: the certificate comes first`);
  const secret = attempt(() => createPrivateKey(key));
  if (!secret)
    throw bad(
      `${keyFile} does not hold a PEM key that can be used`,
      `check ${setting}; a key with a passphrase is opened with: openssl pkey -in FILE -out KEY.pem`,
    );
  if (!leaf.checkPrivateKey(secret))
    throw bad(`the key in ${keyFile} does not belong to the certificate in ${file}`, `check ${setting}`);
  // What OpenSSL thinks too weak, and the like.
  if (!attempt(() => createSecureContext({ cert, key })))
    throw bad(`${file} and its key cannot be used for TLS`, 'ask who issued it for a stronger one');
  return { cert, key, file };
}

async function pem(file: string, setting: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw bad(`the client certificate cannot be read: ${file}`, `check ${setting}`, cause);
  });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function bad(message: string, hint: string, cause?: unknown): ConfigError {
  return new ConfigError('client_certificate', message, { hint, cause });
}
