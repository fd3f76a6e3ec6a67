import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AuthError, CancelledError, ConfigError, ProtocolError } from '../errors.ts';
import { loopbackRedirect } from '../url.ts';
import { bindLoopback } from './bind.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { failurePage, successPage } from './page.ts';
import { isPrefetch, type Reply, refusal, sendReply, targetOf } from './reply.ts';

// The one-shot listener (RFC 8252 section 7.3). Any program of the machine and any web page can call it, so it owns
// `state`: what does not carry the right one is answered 400 and changes nothing.

export type ListenOptions = {
  /** Loopback; port 0 or none means any. */
  redirectUri: string;
  state: string;
  random(bytes: number): Uint8Array;
  signal: AbortSignal;
  /** Milliseconds that the person has. */
  timeout: number;
  /**
   * The RFC 9207 check of `iss`, and that of the form. False: the answer still ends the wait, but with a failure page. Only where it is
   * given and true does the page show the `error` of the answer, which must not be shown otherwise (section 2.4).
   */
  answerHolds?: (answer: URLSearchParams) => boolean;
  /** The key of the configuration that decides the redirect, for hints. */
  setting?: string;
  /** What may be wrong with the redirect or the client if the browser never comes back, for the hint. */
  stuck?: string;
};

export type Listener = {
  /** With the bound port; as given if that named one. */
  redirectUri: string;
  /**
   * A loopback URL for the browser's command line in the authorization URL's place: it redirects there once. A second
   * visit means that another program read it, and ends the sign-in.
   */
  startUrl(authorizationUrl: string): string;
  /**
   * The parameters of the one answer with the right `state`: `code`, or `error`. Rejects with AuthError
   * `login_timeout` or `start_link_reused`, or CancelledError.
   */
  wait(): Promise<URLSearchParams>;
  /** Frees the port; resolves when nothing is left, once the last page was delivered. */
  close(): Promise<void>;
};

/** Throws ConfigError `redirect_uri`, `port_in_use`, `port_denied` or `no_loopback`, CancelledError. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const redirect = loopbackRedirect(options.redirectUri);
  if (!redirect)
    throw new ConfigError('redirect_uri', 'the redirect URI is not http on loopback', {
      hint: 'write it like http://localhost:8080/callback',
    });
  if (options.signal.aborted) throw new CancelledError();
  const bound = await bindLoopback(redirect.hosts, redirect.port, options.setting);
  const { signal, timeout, stuck } = options;
  const outcome = outcomeOf<URLSearchParams>({ signal, timeout, stuck, finished: () => void bound.close() });
  // A URL writes IPv6 in brackets; of two addresses the first is the one that is always bound.
  const host = redirect.hosts[0] === '::1' ? '[::1]' : (redirect.hosts[0] ?? '127.0.0.1');
  const authorities = new Set([redirect.host, host].flatMap((name) => spellings(name, bound.port)));
  let link: Link | undefined;

  bound.serve((request, response) => {
    const { path, query } = targetOf(request);
    sendReply(
      response,
      decide(request, path) ?? (path === link?.path ? follow(link, outcome) : answer(query)),
    );
  });

  /** Undefined: a real visit of one of the two paths. */
  function decide(request: IncomingMessage, path: string): Reply | undefined {
    // A page of another site can make its own name mean 127.0.0.1, but cannot choose this header.
    if (!authorities.has(request.headers.host?.toLowerCase() ?? '')) return refusal(421, 'Wrong address');
    if (path !== redirect?.path && path !== link?.path) return refusal(404, 'Nothing here');
    if (request.method !== 'GET') return { ...refusal(405, 'Not allowed'), headers: { Allow: 'GET' } };
    return isPrefetch(request) ? refusal(503, 'Not now') : undefined;
  }

  function answer(query: string): Reply {
    const params = new URLSearchParams(query);
    if (!isAnswer(params, options.state)) return refusal(400, 'This answer belongs to no sign-in here');
    if (!outcome.succeed(params)) return refusal(410, 'This sign-in is over', 'Look at the terminal.');
    const error = params.get('error');
    const holds = options.answerHolds?.(params);
    if (!error && holds !== false) return { status: 200, page: successPage() };
    const shown = holds && error ? error : undefined;
    return { status: 200, page: failurePage('Not signed in', 'The terminal says why.', shown) };
  }

  return {
    redirectUri: withPort(options.redirectUri, redirect.port, bound.port),
    startUrl(authorizationUrl) {
      link = linkTo(authorizationUrl, options.random);
      return `http://${host}:${bound.port}${link.path}`;
    },
    wait: () => outcome.promise,
    async close() {
      outcome.fail(new CancelledError());
      await bound.close();
    },
  };
}

type Link = { path: string; target: string; visited: boolean };

function linkTo(authorizationUrl: string, random: ListenOptions['random']): Link {
  const target = new URL(authorizationUrl);
  if (!/^https?:$/.test(target.protocol)) {
    throw new ProtocolError('insecure_url', 'the authorization endpoint is not an https URL', {
      hint: 'tell the operator of the authorization server',
    });
  }
  const path = `/${Buffer.from(random(16)).toString('base64url')}`;
  return { path, target: target.href, visited: false };
}

function follow(link: Link, outcome: Outcome<URLSearchParams>): Reply {
  if (!link.visited) {
    link.visited = true;
    return { status: 303, headers: { Location: link.target } };
  }
  const hint = 'sign in again; with --no-browser no other program gets to see a link';
  const message = 'the sign-in link was opened twice, so another program may have seen it';
  outcome.fail(new AuthError('start_link_reused', message, { hint }));
  return refusal(410, 'This link was used before', 'The sign-in was ended. Look at the terminal.');
}

/** Exactly once each: the right `state`, and a `code` or an `error` (RFC 6749 sections 3.1 and 4.1.2). Pure. */
export function isAnswer(params: URLSearchParams, state: string): boolean {
  const names = [...params.keys()];
  if (!sameText(params.get('state') ?? '', state)) return false;
  return new Set(names).size === names.length && Boolean(params.get('code') || params.get('error'));
}

/** In a time that says nothing about where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function spellings(host: string, port: number): string[] {
  return port === 80 ? [host, `${host}:80`] : [`${host}:${port}`];
}

function withPort(uri: string, wanted: number, port: number): string {
  if (wanted === port) return uri;
  const url = new URL(uri);
  url.port = String(port);
  return url.href;
}
