// The authorization request and its answer (RFC 6749 section 4.1, RFC 7636, RFC 8707, RFC 9207).

import * as oauth from 'oauth4webapi';
import { AuthError, type CliError, NetworkError, ProtocolError } from '../errors.ts';
import type { AuthPlan } from './plan.ts';

export type AuthorizationRequest = {
  clientId: string;
  redirectUri: string;
  /** base64url only: some servers paste it into the redirect without encoding it. */
  state: string;
  challenge: string | undefined;
  /** Thumbprint of the key that the code is to be bound to (RFC 9449 section 10). */
  thumbprint: string | undefined;
};

/** Pure. `extra_auth_params` come last but cannot replace a protocol parameter (the configuration refuses those). */
export function authorizationUrl(plan: AuthPlan, request: AuthorizationRequest): string {
  const url = new URL(plan.server.authorization_endpoint);
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') url.searchParams.set(name, value);
  };
  set('response_type', 'code');
  set('client_id', request.clientId);
  set('redirect_uri', request.redirectUri);
  set('state', request.state);
  set('code_challenge', request.challenge);
  set('code_challenge_method', request.challenge && 'S256');
  set('scope', plan.scopes.join(' '));
  set('resource', plan.resource);
  set('dpop_jkt', request.thumbprint);
  // OpenID Connect Core section 11: without consent, offline_access is ignored. `"prompt": ""` leaves it out.
  if (plan.scopes.includes('offline_access')) set('prompt', 'consent');
  for (const [name, value] of Object.entries(plan.extraParams)) {
    if (value === '') url.searchParams.delete(name);
    else set(name, value);
  }
  return url.href;
}

/** The `iss` table of RFC 9207 section 2.4, compared character by character. Pure. */
function issuerHolds(plan: Pick<AuthPlan, 'server'>, params: URLSearchParams): boolean {
  const iss = params.get('iss');
  if (iss === null) return plan.server.authorization_response_iss_parameter_supported !== true;
  return iss === plan.server.issuer;
}

/** Members of answers that were not asked for: a signed one (JARM), and what other flows send beside a code. */
const OTHER_FORMS = ['response', 'id_token', 'token'];

/** Whether the answer is the issuer's, and a code alone or an error. Pure. */
export function answerHolds(plan: Pick<AuthPlan, 'server'>, params: URLSearchParams): boolean {
  return issuerHolds(plan, params) && !OTHER_FORMS.some((name) => params.has(name));
}

/**
 * Judges the callback before its code goes anywhere: the `iss` table of RFC 9207 section 2.4 first, for error answers
 * too, because after a mix-up neither code nor error text may be used or shown. `state` was checked by the listener.
 * Returns the parameters in the form oauth4webapi will exchange.
 * @throws ProtocolError `issuer_mismatch`, `unexpected_answer`; AuthError with the server's error code; NetworkError `server_error`
 */
export function judgeCallback(
  plan: AuthPlan,
  params: URLSearchParams,
  context: { clientId: string; server: string; path: string; login: string },
): URLSearchParams {
  const { issuer } = plan.server;
  const { server } = context;
  if (!issuerHolds(plan, params)) {
    const text = 'the answer to the sign-in came from another authorization server';
    throw new ProtocolError('issuer_mismatch', text, {
      hint: `expected ${issuer}; the code was not used`,
      server,
    });
  }
  try {
    return oauth.validateAuthResponse(
      plan.server,
      { client_id: context.clientId },
      params,
      oauth.skipStateCheck,
    );
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      throw refusal(error.error, error.error_description, plan, context);
    }
    const text = `${issuer} answered the sign-in in a form that was not asked for`;
    throw new ProtocolError('unexpected_answer', text, {
      hint: `tell its operator: what was asked for is a code alone, and not a signed or hybrid answer; the code was not used\nor use another client, in ${context.path}.oauth.client_id`,
      server,
    });
  }
}

/** RFC 6749 section 4.1.2.1: what HTTP 500 and 503 would be, were there no redirect. */
const TROUBLE = ['server_error', 'temporarily_unavailable'];

const HINTS: Record<string, (path: string) => string> = {
  invalid_scope: (path) => `check ${path}.oauth.scopes`,
  unauthorized_client: (path) =>
    `allow the authorization code grant for the client in ${path}.oauth.client_id`,
  invalid_client: (path) => `check ${path}.oauth.client_id`,
  invalid_target: (path) => `the server takes no resource parameter: set ${path}.oauth.resource to "omit"`,
  invalid_request: (path) => `check ${path}.oauth: redirect_uri, scopes and extra_auth_params`,
};

function refusal(
  error: string,
  description: string | undefined,
  plan: AuthPlan,
  { server, path, login }: { server: string; path: string; login: string },
): CliError {
  if (error === 'access_denied') {
    return new AuthError('access_denied', `the sign-in to ${server} was refused in the browser`, {
      hint: `to try again: ${login}`,
      server,
    });
  }
  if (TROUBLE.includes(error)) {
    const hint = 'the authorization server is in trouble; try again later';
    return new NetworkError('server_error', `${plan.server.issuer} could not sign you in: ${error}`, {
      hint,
      server,
    });
  }
  // The server chooses this name: `__proto__` and its like belong to every object.
  const known = Object.hasOwn(HINTS, error);
  const code = known ? error : 'authorization_refused';
  const said = description ? `${error} (${description.slice(0, 300)})` : error;
  return new AuthError(code, `${plan.server.issuer} refused the sign-in: ${said}`, {
    hint: (known ? HINTS[error]?.(path) : undefined) ?? `to try again: ${login}`,
    server,
  });
}
