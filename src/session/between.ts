// What a failure between us and a server becomes: that of a proxy, of a certificate, of the handshake. By code.
import { NetworkError } from '../errors.ts';
import { type Asked, nameOf } from './asked.ts';

/** Carries what failed between us and the proxy, which looks like the server's own failure otherwise. */
export const proxyFailure = 'ERR_PROXY';

const proxied = /^(ERR_PROXY|UND_ERR_ABORTED|UND_ERR_PRX_TLS)$/;
const handshake = /^(EPROTO|ERR_SSL_[A-Z0-9_]+|ERR_TLS_(?!CERT_)[A-Z0-9_]+)$/;
// TLS alerts about our own certificate (RFC 8446 section 6.2), as OpenSSL calls them.
const wanted = /^ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED$/;
const unwelcome =
  /^ERR_SSL_(SSLV3|TLSV1|TLSV13)_ALERT_((BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA)$/;
// Servers of TLS 1.2 have no other word for a certificate that is missing.
const vague = /^ERR_SSL_(SSLV3|TLSV1)_ALERT_HANDSHAKE_FAILURE$/;
// Node hands OpenSSL's X509_V_ERR names through as codes; these are all that verification can yield.
const certificate =
  /^(ERR_TLS_CERT_[A-Z_]+|CERT_[A-Z_]+|CRL_[A-Z_]+|UNABLE_TO_[A-Z_]+|ERROR_IN_C(ERT|RL)_[A-Z_]+|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|INVALID_(CA|PURPOSE|NON_CA|EXTENSION)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|EE_KEY_TOO_SMALL|CA_(KEY_TOO_SMALL|MD_TOO_WEAK)|SUBJECT_ISSUER_MISMATCH|AKID_[A-Z_]+|KEYUSAGE_[A-Z_]+)$/;
const unknownSigner =
  /^(UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?)$/;

/** Whether a certificate was refused for who signed it: with further authorities it might be accepted. */
export function isUnknownSigner(code: string): boolean {
  return unknownSigner.test(code);
}

/** `codes` of the whole chain; undefined: it was something else. */
export function betweenFailure(
  code: string,
  chain: readonly { code: string; status: number | undefined }[],
  asked: Asked,
  cause: unknown,
): NetworkError | undefined {
  if (proxied.test(code)) return ofProxy(chain, asked, cause);
  if (certificate.test(code)) {
    return new NetworkError('tls', `the certificate of ${nameOf(asked)} was not accepted (${code})`, {
      hint: certificateHint(code, asked.setting),
      cause,
    });
  }
  if (wanted.test(code) || unwelcome.test(code)) return ofOurs(asked, cause);
  if (!handshake.test(code)) return undefined;
  const told = [
    'does the server speak https on this port?',
    ...(vague.test(code) && asked.clientCertificate === undefined ? [ourHint(asked)] : []),
  ];
  return new NetworkError('tls', `no TLS connection with ${nameOf(asked)} could be made`, {
    hint: told.join('\n'),
    cause,
  });
}

function ofProxy(
  chain: readonly { code: string; status: number | undefined }[],
  asked: Asked,
  cause: unknown,
): NetworkError {
  const { proxy, ...rest } = asked;
  const { shown = '', setting = 'HTTPS_PROXY' } = proxy ?? {};
  const [named, to] = [shown === '' ? 'the proxy' : `the proxy ${shown}`, nameOf(rest)];
  const usual = 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY';
  const status = chain.find((each) => each.status !== undefined)?.status;
  if (status === 407) {
    const known = proxy !== undefined && proxy.url.username !== '';
    const what = known ? 'does not take our user name and password' : 'wants a user name and a password';
    return new NetworkError('proxy', `${named}, on the way to ${to}, ${what} (HTTP 407)`, {
      hint: `write them into ${setting}: http://user:password@proxy.example:8080\n${usual}`,
      cause,
    });
  }
  if (status !== undefined) {
    return new NetworkError('proxy', `${named} did not connect us to ${to}: it answered HTTP ${status}`, {
      hint: usual,
      cause,
    });
  }
  const refusal = chain.map(({ code }) => code).find((code) => certificate.test(code));
  if (refusal !== undefined) {
    const said = `the certificate of ${named}, on the way to ${to}, was not accepted (${refusal})`;
    return new NetworkError('proxy', said, { hint: `${certificateHint(refusal, setting)}\n${usual}`, cause });
  }
  return new NetworkError('proxy', `${named} did not connect us to ${to}`, { hint: usual, cause });
}

/** What a server says to our own certificate. */
function ofOurs(asked: Asked, cause: unknown): NetworkError {
  const { clientCertificate: file } = asked;
  const said =
    file === undefined
      ? `${nameOf(asked)} wants a client certificate`
      : `${nameOf(asked)} does not take the client certificate ${file}`;
  return new NetworkError('client_certificate', said, { hint: ourHint(asked), cause });
}

/** What to do where a server wants another certificate of ours than it was shown, or any at all. */
export function ourHint({ clientCertificate, withheld, origin }: Asked): string {
  if (clientCertificate !== undefined)
    return `ask the operator of ${origin} which certificates it takes; see whether this one has expired`;
  return withheld ?? 'name one with "client_cert" and "client_key" in the entry, or MCP_CLI_CLIENT_CERT';
}

function certificateHint(code: string, setting: string | undefined): string {
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    return "the server's operator has to renew it; check the clock of this machine too";
  }
  if (/ALTNAME|HOSTNAME_MISMATCH/.test(code)) {
    return `it is for another host${setting === undefined ? '' : `; check the host name in ${setting}`}`;
  }
  return 'if the certificate is from your own authority, name it with --ca-file or NODE_EXTRA_CA_CERTS';
}
