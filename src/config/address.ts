// Which URLs a configuration may hold. Pure. Problems come back as the sentence's second half and what to write.

export type Fault = { said: string; hint: string };

/** `http:` is fine to these only: nothing leaves the machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * The rule for every URL that we would send a request or a person to: absolute, http(s), no user information, no
 * fragment, https unless it stays on this machine or `allowHttp`.
 */
export function urlFault(text: string, allowHttp: boolean): Fault | undefined {
  // The URL parser silently drops line breaks and turns backslashes into slashes: two readers, two hosts.
  if (/[\s\p{Cc}\\]/u.test(text)) {
    return {
      said: 'has a space, a line break or a backslash in its URL',
      hint: 'percent-encode it, or remove it',
    };
  }
  const url = /^https?:\/\/[^/]/i.test(text) ? parsed(text) : undefined;
  if (!url)
    return {
      said: 'must be an absolute http or https URL',
      hint: 'write it like "https://example.com/path"',
    };
  if (/^https?:\/\/[^/?#]*@/i.test(text)) {
    return { said: 'has a user name or password in its URL', hint: 'remove them; use "headers" or "oauth"' };
  }
  if (text.includes('#'))
    return { said: 'has a fragment in its URL', hint: 'remove the "#" and what follows it' };
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    const hint = 'write https, or, on a network you trust, set "allow_http": true in the server\'s entry';
    return { said: 'would send secrets over plain http', hint };
  }
  return undefined;
}

/** RFC 8414 section 2: an issuer has neither query nor fragment. */
export function issuerFault(text: string, allowHttp: boolean): Fault | undefined {
  const fault = urlFault(text, allowHttp);
  if (fault || !text.includes('?')) return fault;
  return { said: 'has a query, which an issuer cannot have', hint: 'remove the "?" and what follows it' };
}

/**
 * The URL of a client id metadata document is the client's name: https, with a path, and in one spelling, so that nobody
 * who resolves it comes to another one (Client ID Metadata Document, Client Identifier URL).
 */
export function documentFault(text: string): Fault | undefined {
  const fault = urlFault(text, false);
  if (fault) return fault;
  const hint = 'write it like "https://example.com/client.json"';
  const url = parsed(text);
  if (url?.protocol !== 'https:' || url.pathname === '/')
    return { said: 'must be an https URL with a path', hint };
  // The parser has resolved them already: only the text tells.
  const path = text.replace(/^https:\/\/[^/?]*/i, '').replace(/\?.*$/, '');
  const dots = path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
  return dots ? { said: 'has a "." or ".." as a segment of its path', hint } : undefined;
}

// Never sent to a browser by us, but an authorization server may echo it into a page.
const SCRIPT = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:'];

/**
 * The rule for redirects. On loopback it is listened on; elsewhere, and with a scheme of an application's own
 * (RFC 8252 section 7.1), its URL is pasted back.
 */
export function redirectFault(text: string, allowHttp: boolean): Fault | undefined {
  const hint = 'write it like "http://localhost:8080/callback"';
  if (/^https?:/i.test(text)) {
    const unbindable = parsed(text)?.port === '0';
    return (
      urlFault(text, allowHttp) ??
      (unbindable ? { said: 'has port 0, which cannot be registered', hint } : undefined)
    );
  }
  const url = /[\s\p{Cc}]/u.test(text) ? undefined : parsed(text);
  if (!url || SCRIPT.includes(url.protocol)) return { said: 'must be an absolute URL', hint };
  return text.includes('#')
    ? { said: 'has a fragment (RFC 6749 section 3.1.2 forbids it)', hint }
    : undefined;
}

/** RFC 8707 section 2: an absolute URI without fragment; need not be http. */
export function resourceFault(text: string): Fault | undefined {
  const url = /[\s\p{Cc}]/u.test(text) ? undefined : parsed(text);
  if (url && !text.includes('#')) return undefined;
  const hint = 'write "auto", "omit", or a URI like "https://example.com/mcp"';
  return { said: 'must be an absolute URI without fragment', hint };
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
