import { type Asked, json, type Serve } from '../fault.ts';
import type { Origins, SandboxOptions } from '../options.ts';
import { consentPage, messagePage } from './consent.ts';
import type { Client, Ledger } from './ledger.ts';
import { issuerOf } from './metadata.ts';
import { type Rules, SCOPES } from './rules.ts';

type Wish = {
  client: Client;
  redirectUri: string;
  state: string;
  scopes: string[];
  challenge: string;
  resource: string;
  subject: string;
};

/** Questions that nobody has answered yet. */
const OPEN_LIMIT = 200;

/** The authorization endpoint: a page that asks, and the answer that it sends back (RFC 6749 section 4.1). */
export function serveAuthorization(options: SandboxOptions, ledger: Ledger, rules: Rules): Serve {
  const open = new Map<string, Wish>();

  function ask(asked: Asked): Response {
    const wish = wishOf(asked, ledger, rules);
    // An answer to a client that nobody knows, or at a place that it did not name, would help an attacker only.
    if ('trouble' in wish) return messagePage(400, 'This request cannot be used', wish.trouble);
    if ('error' in wish)
      return answer(asked.origins, wish, { error: wish.error, error_description: wish.why });
    if (rules.denies) return turnAway(asked.origins, wish);
    if (options.approve) return letIn(asked.origins, wish);
    const ticket = ledger.secret('ticket-');
    open.set(ticket, wish);
    const [oldest] = open.keys();
    if (open.size > OPEN_LIMIT && oldest !== undefined) open.delete(oldest);
    return consentPage({
      clientName: wish.client.name,
      scopes: wish.scopes,
      redirectUri: wish.redirectUri,
      ticket,
    });
  }

  function decide(asked: Asked): Response {
    const ticket = asked.form.get('ticket') ?? '';
    const wish = open.get(ticket);
    open.delete(ticket);
    if (!wish) return messagePage(400, 'This page has been answered already', 'Start again in the terminal.');
    return asked.form.get('decision') === 'allow'
      ? letIn(asked.origins, wish)
      : turnAway(asked.origins, wish);
  }

  function letIn(origins: Origins, wish: Wish): Response {
    const { client, subject, scopes, resource, challenge, redirectUri } = wish;
    const grant = { clientId: client.id, subject, scopes, resource, revoked: false };
    return answer(origins, wish, { code: ledger.addCode(grant, challenge, redirectUri) });
  }

  function turnAway(origins: Origins, wish: Wish): Response {
    if (rules.silent)
      return messagePage(200, 'You were not let in', 'The provider behind this server said no.');
    return answer(origins, wish, { error: 'access_denied', error_description: 'the person said no' });
  }

  function answer(
    { authorization }: Origins,
    { redirectUri, state }: Pick<Wish, 'redirectUri' | 'state'>,
    fields: Record<string, string>,
  ): Response {
    const issuer = rules.iss === 'wrong' ? 'https://another.example' : issuerOf(authorization, rules);
    const told = new URLSearchParams({ ...fields, ...(rules.iss !== 'missing' && { iss: issuer }) });
    const back = rules.wrongState ? 'the-state-of-another-sign-in' : state;
    if (!rules.rawState && back !== '') told.set('state', back);
    const question = !rules.secondQuestion && redirectUri.includes('?') ? '&' : '?';
    const url = `${redirectUri}${question}${told}${rules.rawState ? `&state=${back}` : ''}`;
    if (rules.lingers > 0) {
      return messagePage(200, 'One moment', 'You are sent back.', { after: rules.lingers, url });
    }
    return new Response(null, { status: 302, headers: { location: url, 'cache-control': 'no-store' } });
  }

  return async (asked) => {
    if (asked.path !== '/authorize') return undefined;
    if (asked.method === 'GET') return ask(asked);
    if (asked.method === 'POST') return decide(asked);
    return json(405, { error: 'invalid_request' });
  };
}

type Refused = { trouble: string } | (Pick<Wish, 'redirectUri' | 'state'> & { error: string; why: string });

function wishOf({ query, origins }: Asked, ledger: Ledger, rules: Rules): Wish | Refused {
  const client = ledger.client(query.get('client_id') ?? undefined);
  if (!client) return { trouble: 'No client of this name is registered here.' };
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.redirectUris.some((known) => isSameRedirect(known, redirectUri, rules)))
    return { trouble: 'Its redirect is not one that it registered.' };
  const state = query.get('state') ?? '';
  const refuse = (error: string, why: string): Refused => ({ redirectUri, state, error, why });
  if (query.get('response_type') !== 'code') return refuse('unsupported_response_type', 'only code');
  const challenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    return refuse('invalid_request', 'PKCE with S256 is needed');
  const scopes = (query.get('scope') ?? 'notes:read').split(' ').filter(Boolean);
  if (scopes.some((scope) => !SCOPES.includes(scope))) return refuse('invalid_scope', 'no such scope');
  const own = `${origins.resource}/mcp`;
  const resource = query.get('resource') ?? own;
  if (rules.resource === 'refused' && query.has('resource'))
    return refuse('invalid_target', 'the resource parameter is not taken');
  if (rules.resource === 'taken' && ![own, origins.resource, `${origins.resource}/`].includes(resource))
    return refuse('invalid_target', 'no such resource');
  // RFC 8707 section 2.2: the token is for what was asked for.
  return {
    client,
    redirectUri,
    state,
    scopes,
    challenge,
    resource: rules.resource === 'taken' ? resource : own,
    subject: subjectOf(query),
  };
}

/** Nobody has an account here: whoever signs in is who the client says (OpenID Connect Core 1.0 section 3.1.2.1). */
function subjectOf(query: URLSearchParams): string {
  const hint = query.get('login_hint') ?? '';
  return /^[\w.@+-]{1,64}$/.test(hint) ? hint : 'somebody';
}

/** RFC 8252 section 7.3: a program on this machine cannot know its port beforehand. */
function isSameRedirect(known: string, given: string, { exactPort }: Rules): boolean {
  if (known === given) return true;
  if (exactPort || !URL.canParse(given)) return false;
  const [one, other] = [new URL(known), new URL(given)];
  const isLoopback = /^(127\.0\.0\.1|\[::1\])$/.test(one.hostname) && one.protocol === 'http:';
  one.port = '';
  other.port = '';
  return isLoopback && one.href === other.href;
}
