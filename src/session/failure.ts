import { CancelledError, CliError, ConfigError, NetworkError, ProtocolError } from '../errors.ts';
import { type Asked, nameOf } from './asked.ts';
import { betweenFailure, isUnknownSigner, ourHint } from './between.ts';

const dns = /^(ENOTFOUND|ENODATA|EAI_[A-Z]+)$/;
const refused = /^ECONNREFUSED$/;
const unreachable = /^(E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EACCES|EPERM|EAFNOSUPPORT)$/;
const reset = /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/;
const timeout = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
const tooLarge = /^(HPE_HEADER_OVERFLOW|UND_ERR_HEADERS_OVERFLOW)$/;
const notHttp = /^HPE_[A-Z_]+$/;
const brokenOff = /^(HPE_[A-Z_]+|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;
// Of Node's zlib: gzip and deflate, brotli, zstd; and a coding that nobody asked for.
const packed = /^((Z_|ERR__ERROR_|ERR_BROTLI|ZSTD_)[A-Z0-9_]+|ERR_CONTENT_CODING)$/;

/**
 * What a failed request becomes, decided by class and code of
 * Node's and undici's errors. Errors of ours inside the chain are returned as they are.
 */
export function requestFailure(error: unknown, asked: Asked, signal?: AbortSignal | null): Error {
  if (signal?.aborted) return abortFailure(signal.reason, asked);
  const chain = causes(error);
  const ours = chain.find((cause) => cause instanceof CliError);
  if (ours) return ours;
  for (const cause of chain) {
    const known = translate(cause, chain, asked, error);
    if (known) return known;
  }
  // fetch threw before sending. Its message repeats the header it refuses, so it is not kept as the cause.
  if (error instanceof TypeError && error.cause === undefined) {
    return new ConfigError('invalid_request', `the request to ${nameOf(asked)} cannot be written in HTTP`, {
      hint: 'check the names and values in "headers"',
    });
  }
  const hint = 'try again; --verbose shows the cause';
  return new NetworkError('unreachable', `the request to ${nameOf(asked)} failed`, { hint, cause: error });
}

/**
 * What a failure in the middle of an answer becomes. The server spoke HTTP until then, and has heard the question: it
 * is neither the wrong port nor the wrong scheme.
 */
export function bodyFailure(error: unknown, asked: Asked, signal?: AbortSignal | null): Error {
  const codes = causes(error).map(codeOf);
  if (!signal?.aborted && codes.some((code) => reset.test(code) || brokenOff.test(code))) {
    return new NetworkError('reset', `${nameOf(asked)} cut its answer off in the middle`, {
      hint: 'try again; what was asked for may have been done all the same',
      cause: error,
    });
  }
  return requestFailure(error, asked, signal);
}

function translate(link: Error, chain: readonly Error[], asked: Asked, cause: unknown): Error | undefined {
  const code = codeOf(link);
  const { origin, setting } = asked;
  const name = nameOf(asked);
  if (dns.test(code)) {
    const hint = setting === undefined ? 'check the network' : `check ${setting} and the network`;
    return new NetworkError('dns', `the host of ${name} was not found`, { hint, cause });
  }
  if (refused.test(code)) {
    const hint =
      setting === undefined ? 'is a server running there?' : `is a server running there? Check ${setting}`;
    return new NetworkError('refused', `${name} refused the connection`, { hint, cause });
  }
  if (unreachable.test(code)) {
    const hint = `check the network, the VPN and the firewall${setting === undefined ? '' : `, and ${setting}`}`;
    return new NetworkError('unreachable', `${name} cannot be reached from here`, { hint, cause });
  }
  if (reset.test(code)) {
    // What a server does that is spoken to in https where it speaks http, or the other way round; and over TLS 1.3,
    // where we are done with the handshake before it is, for want of a certificate of ours.
    const secure = origin.startsWith('https:');
    const hint = secure
      ? `try again; does the server want http?\nor is it about a client certificate? ${ourHint(asked)}`
      : 'try again; does the server want https?';
    return new NetworkError('reset', `${name} closed the connection`, { hint, cause });
  }
  if (timeout.test(code)) {
    const hint = 'a larger --timeout waits longer';
    return new NetworkError('timeout', `${name} did not answer in time`, { hint, cause });
  }
  const between = betweenFailure(
    code,
    chain.map((each) => ({ code: codeOf(each), status: statusOf(each) })),
    asked,
    cause,
  );
  if (between) return between;
  if (packed.test(code)) {
    return new ProtocolError('not_http', `${name} sent an answer that cannot be decompressed`, {
      hint: 'tell the operator of the server',
      cause,
    });
  }
  if (tooLarge.test(code)) {
    return new ProtocolError('too_large', `${name} sent more headers than any good answer has`, {
      hint: 'tell the operator of the server',
    });
  }
  if (notHttp.test(code)) {
    // The cause would hold what the server sent.
    const hint = setting === undefined ? 'is this the right port?' : `check host and port in ${setting}`;
    return new ProtocolError('not_http', `${name} did not answer in HTTP`, { hint });
  }
  return undefined;
}

/** An abort is the person's (Ctrl-C) unless the signal was a time limit or names its own reason. */
function abortFailure(reason: unknown, asked: Asked): Error {
  if (reason instanceof CliError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new NetworkError('timeout', `${nameOf(asked)} did not answer in time`, {
      hint: 'a larger --timeout waits longer',
      cause: reason,
    });
  }
  return new CancelledError();
}

/** Whether a certificate was refused for who signed it: nothing was sent, and further authorities might know. */
export function signerUnknown(error: unknown): boolean {
  return causes(error).some((cause) => isUnknownSigner(codeOf(cause)));
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

function statusOf(error: Error): number | undefined {
  return 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
