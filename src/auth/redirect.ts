// Where the authorization server sends the browser back to. Pure.

import type { HttpEntry, OAuthEntry } from '../config/entry.ts';
import { ConfigError } from '../errors.ts';
import type { StoredRecord } from '../store/record.ts';
import { issuerTag, loopbackRedirect } from '../url.ts';
import type { Client } from './identity.ts';

export type RedirectChoice = {
  /** Loopback URI to bind, where port 0 lets the system choose; or one that leads elsewhere. */
  uri: string;
  /** Registered elsewhere: another port would be refused, so a taken one is an error. */
  fixed: boolean;
};

const DEFAULT_REDIRECT = {
  snake: 'http://localhost:8080/callback',
  camel: 'http://localhost:3000/oauth/callback',
} as const;

/**
 * A configured redirect is used verbatim; a configured client without one gets the default of its dialect; a metadata
 * document lists a portless loopback URI (RFC 8252 section 7.3). Clients that we register get a path of their own for
 * each issuer, which tells a mixed-up answer apart where the server sends no `iss` (RFC 9207), and the port of last time.
 * One that is not loopback needs a person who pastes where it ended: `pastable`.
 * @throws ConfigError `redirect_not_loopback`
 */
export function chooseRedirect(
  entry: HttpEntry,
  plan: { client: Client | undefined; issuer: string },
  record: StoredRecord | undefined,
  pastable = false,
): RedirectChoice {
  const { oauth } = entry;
  const configured = oauth?.redirectUri ?? registeredByHand(oauth);
  if (configured !== undefined) return { uri: requireUsable(configured, entry, pastable), fixed: true };
  if (plan.client?.source === 'configured')
    return { uri: DEFAULT_REDIRECT[oauth?.dialect ?? 'snake'], fixed: true };
  if (plan.client?.source === 'document') return { uri: 'http://127.0.0.1:0/callback', fixed: false };
  const last = record?.issuer === plan.issuer ? record.client.redirectUris?.[0] : undefined;
  if (last !== undefined && loopbackRedirect(last)) return { uri: last, fixed: false };
  return { uri: `http://127.0.0.1:0/callback/${issuerTag(plan.issuer)}`, fixed: false };
}

/** What to register by hand, so that it fits the client that is then configured. Pure. */
export function redirectToRegister(oauth: OAuthEntry | undefined): string {
  return oauth?.redirectUri ?? DEFAULT_REDIRECT[oauth?.dialect ?? 'snake'];
}

/** The same place on a port that the system chooses. */
export function withEphemeralPort(uri: string): string {
  const url = new URL(uri);
  url.port = '0';
  return url.href;
}

/** RFC 8252 section 7.3 asks for the address; some servers know only the name. */
export function withLocalhost(uri: string): string {
  const url = new URL(uri);
  url.hostname = 'localhost';
  return url.href;
}

function registeredByHand(oauth: OAuthEntry | undefined): string | undefined {
  if (oauth?.clientId) return undefined;
  const uris = oauth?.dynamicRegistration?.metadata?.redirect_uris;
  if (!Array.isArray(uris)) return undefined;
  return uris.find((uri): uri is string => typeof uri === 'string' && loopbackRedirect(uri) !== undefined);
}

function requireUsable(uri: string, entry: HttpEntry, pastable: boolean): string {
  if (loopbackRedirect(uri)) return uri;
  if (pastable && leadsElsewhere(uri)) return uri;
  throw new ConfigError(
    'redirect_not_loopback',
    `the redirect of ${entry.name} is not on this machine: ${uri}`,
    {
      hint: [
        `register http://localhost:8080/callback with the authorization server and set ${entry.path}.oauth.redirect_uri to it`,
        ...(leadsElsewhere(uri) ? ['or sign in at a terminal, where its address can be pasted back'] : []),
      ].join('\n'),
      server: entry.name,
    },
  );
}

/** A page of a server, or a scheme of a program (RFC 8252 section 7.1). Over plain http others would read the code. */
function leadsElsewhere(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, username, password } = new URL(uri);
  return protocol !== 'http:' && username === '' && password === '';
}
