// Who was asked, and by which way, as messages call it.
import type { ProxyServer } from './proxy.ts';

/** `origin` is all of a URL that messages may show: a path or query can hold a secret. */
export type Asked = {
  origin: string;
  /** What it is to us: `the token endpoint`. */
  hop?: string | undefined;
  proxy?: ProxyServer | undefined;
  /** Where the person wrote the URL, if they did. */
  setting?: string | undefined;
  /** The file of the certificate that it may see; `withheld`: there is one that it may not see, and how to change that. */
  clientCertificate?: string | undefined;
  withheld?: string | undefined;
};

export function nameOf({ origin, hop, proxy }: Asked): string {
  const place = hop === undefined ? origin : `${hop} at ${origin}`;
  return proxy === undefined ? place : `${place}, through the proxy ${proxy.shown},`;
}
