import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Certificate = {
  key: string;
  cert: string;
  /** PEM file of the certificate, which is its own authority. */
  file: string;
  remove(): void;
};

/** A self-signed certificate made by the openssl program, for these names (`DNS:x`, `IP:y`), valid for a day. */
export function makeCertificate(...names: string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-cert-'));
  const file = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
    ].concat([
      '-subj',
      '/CN=test',
      '-addext',
      `subjectAltName=${names.join(',')}`,
      '-keyout',
      keyFile,
      '-out',
      file,
    ]),
    { stdio: 'ignore' },
  );
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(file, 'utf8'),
    file,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export type Authority = {
  /** PEM, and its file. */
  cert: string;
  file: string;
  issue(
    names: string[],
    purpose?: 'serverAuth' | 'clientAuth',
  ): Omit<Certificate, 'remove'> & { keyFile: string };
  remove(): void;
};

/** A private authority, as a company has one; what it issues is valid for a day. */
export function makeAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-cli-ca-'));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '1',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  let count = 0;
  return {
    cert: readFileSync(at('ca.pem'), 'utf8'),
    file: at('ca.pem'),
    issue(names, purpose = 'serverAuth') {
      const [own, request, cert, ext] = ['key', 'csr', 'pem', 'ext'].map((end) =>
        at(`${++count}.${end}`),
      ) as [string, string, string, string];
      writeFileSync(ext, `subjectAltName=${names.join(',')}\nextendedKeyUsage=${purpose}\n`);
      openssl('req', '-new', ...key, '-subj', `/CN=${names[0]}`, '-keyout', own, '-out', request);
      const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      openssl('x509', '-req', '-in', request, ...ca, '-days', '1', '-extfile', ext, '-out', cert);
      return { key: readFileSync(own, 'utf8'), cert: readFileSync(cert, 'utf8'), file: cert, keyFile: own };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
