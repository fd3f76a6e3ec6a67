// Which URLs may be asked at all, whatever they lead to.
import { ConfigError, ProtocolError } from '../errors.ts';
import { isLoopbackHost } from '../url.ts';

/** Throws ConfigError `insecure_url` if the server's own URL may not be used. */
export function requireSecure({ serverUrl, allowHttp }: { serverUrl: string; allowHttp: boolean }): void {
  const found = insecurity(new URL(serverUrl), allowHttp);
  if (found) throw new ConfigError('insecure_url', `the server's URL ${found.reason}`, { hint: found.hint });
}

/** A URL that a server named. Throws ProtocolError `invalid_url`, `insecure_url`. */
export function parse(text: string, allowHttp: boolean): URL {
  if (!URL.canParse(text))
    throw new ProtocolError('invalid_url', 'the server named something that is no URL', {
      hint: 'tell the operator of the server',
    });
  const url = new URL(text);
  const found = insecurity(url, allowHttp);
  if (!found) return url;
  const where = url.host === '' ? 'a URL that the server named' : `a URL at ${url.host}`;
  throw new ProtocolError('insecure_url', `${where} ${found.reason}`, {
    hint: found.hint ?? 'tell the operator of the server',
  });
}

function insecurity(url: URL, allowHttp: boolean): { reason: string; hint: string | undefined } | undefined {
  if (url.username !== '' || url.password !== '') {
    return { reason: 'has a user name or password in it', hint: 'put credentials in "headers" or "oauth"' };
  }
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return { reason: 'is not an https URL', hint: undefined };
  if (allowHttp || isLoopbackHost(url.hostname)) return undefined;
  return {
    reason: 'uses http, which anybody on the way can read and change',
    hint: 'use https, or set "allow_http": true if you trust the network in between',
  };
}
