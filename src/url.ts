import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { ProtocolError } from './errors.ts';

// What the program believes about URLs. Pure: no look-ups, no clock, no environment.

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A URL's host as it is connected to: an IPv6 address without brackets. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/**
 * True for 127.0.0.0/8, ::1 (with or without brackets), `localhost` and names under it (RFC 6761 section 6.3).
 * `localhost.` with the final dot is a DNS question on some systems, so it is not one of them.
 */
export function isLoopbackHost(host: string): boolean {
  const bare = bareHost(host.toLowerCase());
  const family = isIP(bare);
  if (family !== 0) return loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  return bare === 'localhost' || (bare.endsWith('.localhost') && !bare.startsWith('.'));
}

const TELL = 'tell the operator of the server: its metadata is wrong';

/**
 * A URL that a server named as one of its endpoints: absolute, https (or http on loopback, or anywhere with
 * `allowHttp`), without user name, password or fragment (RFC 6749 section 3.1). Throws ProtocolError that names
 * `what` and never the URL.
 */
export function parseEndpoint(text: unknown, what: string, allowHttp = false): URL {
  // The URL parser drops tabs and newlines silently; a URL that needs that is not what its author wrote.
  const wellFormed = typeof text === 'string' && !/[\p{Cc}\s]/u.test(text) && URL.canParse(text);
  if (!wellFormed)
    throw new ProtocolError('invalid_url', `the ${what} is not an absolute URL`, { hint: TELL });
  const url = new URL(text);
  if (
    url.protocol !== 'https:' &&
    !(url.protocol === 'http:' && (allowHttp || isLoopbackHost(url.hostname)))
  ) {
    throw new ProtocolError('insecure_url', `the ${what} is not an https URL`, {
      hint: url.protocol === 'http:' ? 'if you trust the network in between, set "allow_http": true' : TELL,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new ProtocolError('invalid_url', `the ${what} has a user name or password in it`, { hint: TELL });
  }
  if (text.includes('#'))
    throw new ProtocolError('invalid_url', `the ${what} has a fragment`, { hint: TELL });
  return url;
}

/**
 * The server's URL as a resource identifier: RFC 8707 section 2 in the form MCP asks for, without fragment, scheme
 * and host in lower case, and no slash alone as the path.
 */
export function canonicalResource(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.pathname === '/' && url.search === '' ? url.origin : url.href;
}

/**
 * Whether the `resource` of protected resource metadata may speak for this server: the same origin, and its path
 * the beginning of the server's, whole segments only (RFC 9728 section 3.3, loosened as MCP servers need it).
 */
export function coversResource(resource: string, serverUrl: string): boolean {
  if (!URL.canParse(resource) || !URL.canParse(serverUrl)) return false;
  const general = new URL(resource);
  const server = new URL(serverUrl);
  if (general.origin === 'null' || general.origin !== server.origin) return false;
  if (general.username !== '' || general.password !== '' || resource.includes('#')) return false;
  if (general.search !== '' && general.search !== server.search) return false;
  const prefix = general.pathname.replace(/\/$/, '');
  return server.pathname === prefix || server.pathname.startsWith(`${prefix}/`);
}

export type LoopbackRedirect = {
  /** Addresses to bind. */
  hosts: string[];
  /** 0: any free one. */
  port: number;
  /** As browsers send it, without query. */
  path: string;
  /** As written in the URI; IPv6 in brackets. */
  host: string;
};

/**
 * What to listen on for a redirect URI, or undefined if it cannot be listened on: not plain http, not loopback, or
 * with a user name or fragment. No port means any (RFC 8252 section 7.3); a written `:80` is 80.
 */
export function loopbackRedirect(uri: string): LoopbackRedirect | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  if (url.protocol !== 'http:' || !isLoopbackHost(url.hostname)) return undefined;
  if (url.username !== '' || url.password !== '' || uri.includes('#')) return undefined;
  // The URL parser forgets a default port that was written.
  const port =
    url.port === '' && /^http:\/\/[^/?#\\]*:0*80(?:[/?#\\]|$)/i.test(uri.trim()) ? 80 : Number(url.port);
  const address = bareHost(url.hostname);
  const hosts = isIP(address) === 0 ? ['127.0.0.1', '::1'] : [address];
  return { hosts, port, path: url.pathname, host: url.hostname };
}

/**
 * Compares issuers as RFC 8414 section 3.3 asks, character by character. `slash`: both have no path and only one of
 * them ends in a slash, which real servers get wrong between their own documents. Never enough for a callback's `iss`.
 */
export function issuerEquals(a: string, b: string): 'same' | 'slash' | 'different' {
  if (a === b) return 'same';
  const shorter = a.length < b.length ? a : b;
  const longer = shorter === a ? b : a;
  return longer === `${shorter}/` && /^https?:\/\/[^/?#\s]+$/i.test(shorter) ? 'slash' : 'different';
}

/**
 * Whether a URL may be handed to another program: https, or http on loopback (anywhere with `allowHttp`), written in
 * characters that no shell, quoting rule or command-line parser gives a meaning of its own to end the word.
 */
export function isSafeBrowserUrl(text: string, allowHttp = false): boolean {
  if (!/^[\x21-\x7e]+$/.test(text) || /["'`<>\\]/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  return (
    url.protocol === 'https:' || (url.protocol === 'http:' && (allowHttp || isLoopbackHost(url.hostname)))
  );
}

/** Eight stable base64url characters for an issuer: its own redirect path is the mix-up defence without `iss`. */
export function issuerTag(issuer: string): string {
  return createHash('sha256').update(issuer).digest('base64url').slice(0, 8);
}
