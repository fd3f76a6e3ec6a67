import { CancelledError, CliError, ConfigError, NetworkError, ProtocolError } from '../errors.ts';

/** Carries what failed between us and the proxy, which looks like the server's own failure otherwise. */
export const proxyFailure = 'ERR_PROXY';

const dns = /^(ENOTFOUND|ENODATA|EAI_[A-Z]+)$/;
const refused = /^ECONNREFUSED$/;
const unreachable = /^(E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EACCES|EPERM|EAFNOSUPPORT)$/;
const reset = /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/;
const timeout = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
const proxy = /^(ERR_PROXY|UND_ERR_ABORTED|UND_ERR_PRX_TLS)$/;
const notHttp = /^HPE_[A-Z_]+$/;
const brokenOff = /^(HPE_[A-Z_]+|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;
// Of Node's zlib: gzip and deflate, brotli, zstd.
const packed = /^(Z_|ERR__ERROR_|ERR_BROTLI|ZSTD_)[A-Z0-9_]+$/;
const handshake = /^(EPROTO|ERR_SSL_[A-Z0-9_]+|ERR_TLS_(?!CERT_)[A-Z0-9_]+)$/;
// Node hands OpenSSL's X509_V_ERR names through as codes; these are all that verification can yield.
const certificate =
  /^(ERR_TLS_CERT_[A-Z_]+|CERT_[A-Z_]+|CRL_[A-Z_]+|UNABLE_TO_[A-Z_]+|ERROR_IN_C(ERT|RL)_[A-Z_]+|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|INVALID_(CA|PURPOSE|NON_CA|EXTENSION)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|EE_KEY_TOO_SMALL|CA_(KEY_TOO_SMALL|MD_TOO_WEAK)|SUBJECT_ISSUER_MISMATCH|AKID_[A-Z_]+|KEYUSAGE_[A-Z_]+)$/;

/**
 * What a failed request becomes, decided by class and code of undici's and Node's errors. `origin` is all of the URL
 * that messages may show: a path or query can hold a secret. `setting` is where the person wrote it, if they did.
 * Errors of ours inside the chain are returned as they are.
 */
export function requestFailure(
  error: unknown,
  origin: string,
  signal?: AbortSignal | null,
  setting?: string,
): Error {
  if (signal?.aborted) return abortFailure(signal.reason, origin);
  const chain = causes(error);
  const ours = chain.find((cause) => cause instanceof CliError);
  if (ours) return ours;
  for (const cause of chain) {
    const known = translate(codeOf(cause), origin, error, setting);
    if (known) return known;
  }
  // fetch threw before sending. Its message repeats the header it refuses, so it is not kept as the cause.
  if (error instanceof TypeError && error.cause === undefined) {
    return new ConfigError('invalid_request', `the request to ${origin} cannot be written in HTTP`, {
      hint: 'check the names and values in "headers"',
    });
  }
  const hint = 'try again; --verbose shows the cause';
  return new NetworkError('unreachable', `the request to ${origin} failed`, { hint, cause: error });
}

/**
 * What a failure in the middle of an answer becomes. The server spoke HTTP until then, and has heard the question: it
 * is neither the wrong port nor the wrong scheme.
 */
export function bodyFailure(
  error: unknown,
  origin: string,
  signal?: AbortSignal | null,
  setting?: string,
): Error {
  const codes = causes(error).map(codeOf);
  if (!signal?.aborted && codes.some((code) => reset.test(code) || brokenOff.test(code))) {
    return new NetworkError('reset', `${origin} cut its answer off in the middle`, {
      hint: 'try again; what was asked for may have been done all the same',
      cause: error,
    });
  }
  if (!signal?.aborted && codes.some((code) => packed.test(code))) {
    return new ProtocolError('not_http', `${origin} sent an answer that cannot be decompressed`, {
      hint: 'tell the operator of the server',
      cause: error,
    });
  }
  return requestFailure(error, origin, signal, setting);
}

function translate(
  code: string,
  origin: string,
  cause: unknown,
  setting: string | undefined,
): Error | undefined {
  if (dns.test(code)) {
    const hint = setting === undefined ? 'check the network' : `check ${setting} and the network`;
    return new NetworkError('dns', `the host of ${origin} was not found`, { hint, cause });
  }
  if (refused.test(code)) {
    const hint =
      setting === undefined ? 'is a server running there?' : `is a server running there? Check ${setting}`;
    return new NetworkError('refused', `${origin} refused the connection`, { hint, cause });
  }
  if (proxy.test(code)) {
    const hint = 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY';
    return new NetworkError('proxy', `the proxy did not connect us to ${origin}`, { hint, cause });
  }
  if (unreachable.test(code)) {
    const hint = `check the network, the VPN and the firewall${setting === undefined ? '' : `, and ${setting}`}`;
    return new NetworkError('unreachable', `${origin} cannot be reached from here`, { hint, cause });
  }
  if (reset.test(code)) {
    // What a server does that is spoken to in https where it speaks http, or the other way round.
    const hint = `try again; does the server want ${origin.startsWith('https:') ? 'http' : 'https'}?`;
    return new NetworkError('reset', `${origin} closed the connection`, { hint, cause });
  }
  if (timeout.test(code)) {
    const hint = 'a larger --timeout waits longer';
    return new NetworkError('timeout', `${origin} did not answer in time`, { hint, cause });
  }
  if (certificate.test(code)) {
    return new NetworkError('tls', `the certificate of ${origin} was not accepted (${code})`, {
      hint: certificateHint(code, setting),
      cause,
    });
  }
  if (handshake.test(code)) {
    const hint = 'does the server speak https on this port?';
    return new NetworkError('tls', `no TLS connection with ${origin} could be made`, { hint, cause });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new ProtocolError('too_large', `${origin} sent more headers than any good answer has`, {
      hint: 'tell the operator of the server',
    });
  }
  if (notHttp.test(code)) {
    // The cause would hold what the server sent.
    const hint = setting === undefined ? 'is this the right port?' : `check host and port in ${setting}`;
    return new ProtocolError('not_http', `${origin} did not answer in HTTP`, { hint });
  }
  return undefined;
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

/** An abort is the person's (Ctrl-C) unless the signal was a time limit or names its own reason. */
function abortFailure(reason: unknown, origin: string): Error {
  if (reason instanceof CliError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new NetworkError('timeout', `${origin} did not answer in time`, {
      hint: 'a larger --timeout waits longer',
      cause: reason,
    });
  }
  return new CancelledError();
}

/** Whether a connection ended before any answer: a kept-alive socket that the server had given up may do so. */
export function endedUnanswered(error: unknown): boolean {
  return causes(error).some((cause) => reset.test(codeOf(cause)));
}

/** The error, its causes, and the attempts that an AggregateError (one per address) holds. Bounded: chains can loop. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && found.length < 20) {
    const next = queue.shift();
    if (!(next instanceof Error)) continue;
    found.push(next);
    if (next instanceof AggregateError) queue.push(...next.errors);
    queue.push(next.cause);
  }
  return found;
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'HTTPParserError' ? 'HPE_UNKNOWN' : '';
}
