// What an answer of a token endpoint that is not tokens is called.

import { AuthError, NetworkError, ProtocolError } from '../errors.ts';
import type { MachineGrant } from '../store/record.ts';
import type { TokenAnswer } from './token-response.ts';

type RefusalContext = {
  issuer: string;
  server: string;
  path: string;
  login: string;
  /** Undefined: a person signed in with a browser. */
  grant?: MachineGrant | 'device_code';
  /** Which of its endpoints answered, if not that for tokens. */
  endpoint?: string;
};

/** The error for an answer that is not what was asked for, at the end of a sign-in. */
export function answerError(
  answer: Exclude<TokenAnswer, { kind: 'tokens' }>,
  context: RefusalContext,
): Error {
  const { issuer, server, endpoint = 'token endpoint' } = context;
  switch (answer.kind) {
    case 'trouble':
      return new NetworkError('server_error', `the ${endpoint} of ${issuer} answered HTTP ${answer.status}`, {
        hint: 'the authorization server is in trouble; try again later',
        server,
      });
    case 'broken':
      return new ProtocolError(
        'token_response_invalid',
        `the ${endpoint} of ${issuer} broke the protocol: ${answer.why}`,
        { hint: endpointHint(context.path, endpoint), server },
      );
    case 'unbound':
      return new ProtocolError(
        'dpop_downgraded',
        `${issuer} did not bind the token of ${server} to our key`,
        {
          hint: unboundHint(context.path),
          server,
        },
      );
    case 'refused':
      return new AuthError(
        codeOf(answer.error),
        `${issuer} refused the sign-in: ${describe(answer, endpoint)}`,
        {
          hint: refusalHint(answer, context),
          server,
        },
      );
  }
}

const CODES = new Set([
  'invalid_client',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'invalid_request',
  'unauthorized_client',
  'unsupported_grant_type',
  'access_denied',
]);

function codeOf(error: string): string {
  return CODES.has(error) ? error : 'token_refused';
}

/** For a token that is less than what was asked for. */
export function unboundHint(path: string): string {
  return `the token was not used; if the server has given up DPoP, set ${path}.oauth.dpop to false`;
}

/** For an endpoint whose answer is not OAuth's. */
export function endpointHint(path: string, endpoint = 'token endpoint'): string {
  const key = endpoint === 'token endpoint' ? 'token_url' : 'device_authorization_url';
  return `tell its operator, or name another endpoint in ${path}.oauth.${key}`;
}

function describe(answer: { error: string; description: string | undefined }, endpoint: string): string {
  if (/^http_\d+$/.test(answer.error)) return `its ${endpoint} answered HTTP ${answer.error.slice(5)}`;
  return answer.description ? `${answer.error} (${answer.description.slice(0, 300)})` : answer.error;
}

function refusalHint(
  answer: { error: string; description: string | undefined },
  { path, login, grant, endpoint }: RefusalContext,
): string {
  // Entra puts the reason into the description only; its numbers are its interface.
  if (answer.error === 'invalid_target' || /AADSTS(9010010|901002)\b/.test(answer.description ?? '')) {
    return `the server takes no resource parameter: set ${path}.oauth.resource to "omit"`;
  }
  switch (answer.error) {
    case 'invalid_client':
      return `check ${path}.oauth.client_id, client_secret and token_endpoint_auth_method`;
    case 'invalid_dpop_proof':
      return `a proof is good for a few minutes: check the clock of this machine, and whether ${path}.oauth.dpop is false`;
    case 'unsupported_grant_type':
      return `check ${path}.oauth.grant_type, and token_url if it is set`;
    case 'unauthorized_client':
      if (grant) return `allow ${grant} for the client in ${path}.oauth.client_id`;
      return `allow the authorization code grant for the client in ${path}.oauth.client_id`;
    case 'invalid_scope':
      return `check ${path}.oauth.scopes`;
    case 'invalid_grant':
      if (grant === 'device_code') return `the code had expired or was used before; sign in again: ${login}`;
      if (grant)
        return `the assertion was not accepted: check that it is fresh, its audience and its subject`;
      return `the code had expired or was used before, or ${path}.oauth.redirect_uri differs from the registered one; sign in again: ${login}`;
    default:
      if (answer.error.startsWith('http_')) return endpointHint(path, endpoint);
      return `sign in again: ${login}`;
  }
}
