// The two requests to a token endpoint, sent by oauth4webapi, judged by token-response.

import * as oauth from 'oauth4webapi';
import type { Fetch } from '../deps.ts';
import { AuthError, NetworkError, ProtocolError } from '../errors.ts';
import type { AuthMethod, StoredTokens } from '../store/record.ts';
import { readText } from './body.ts';
import { judgeTokenAnswer, type TokenAnswer } from './token-response.ts';

export type TokenEndpoint = {
  issuer: string;
  tokenEndpoint: string;
  clientId: string;
  secret: string | undefined;
  authMethod: AuthMethod;
  /** RFC 8707, repeated on every token request. */
  resource: string | undefined;
};

type Sending = { http: Fetch; signal: AbortSignal; now: () => number };

/** Exchanges an authorization code; `params` are the callback's, already checked. Never throws for an answer. */
export async function exchangeCode(
  endpoint: TokenEndpoint,
  grant: { params: URLSearchParams; redirectUri: string; verifier: string | undefined },
  sending: Sending,
): Promise<TokenAnswer> {
  const request = requestOf(endpoint, sending);
  const response = await oauth.authorizationCodeGrantRequest(
    request.as,
    request.client,
    request.auth,
    grant.params,
    grant.redirectUri,
    grant.verifier ?? oauth.nopkce,
    request.options,
  );
  const code = grant.params.get('code') ?? undefined;
  return judge(response, sending, [endpoint.secret, code, grant.verifier]);
}

/** Uses a refresh token once. Never throws for an answer. */
export async function refreshTokens(
  endpoint: TokenEndpoint,
  refreshToken: string,
  sending: Sending,
): Promise<TokenAnswer> {
  const request = requestOf(endpoint, sending);
  const response = await oauth.refreshTokenGrantRequest(
    request.as,
    request.client,
    request.auth,
    refreshToken,
    request.options,
  );
  return judge(response, sending, [endpoint.secret, refreshToken]);
}

/** A refresh answers only with what changed: scope and refresh token stay (RFC 6749 sections 5.1 and 6). */
export function carryOver(old: StoredTokens, fresh: StoredTokens): StoredTokens {
  return {
    ...fresh,
    ...(!fresh.refreshToken && old.refreshToken && { refreshToken: old.refreshToken }),
    ...(!fresh.scope && old.scope && { scope: old.scope }),
  };
}

/** The error for an answer that is not tokens, at the end of a sign-in. */
export function answerError(
  answer: Exclude<TokenAnswer, { kind: 'tokens' }>,
  context: { issuer: string; server: string; path: string; login: string },
): Error {
  const { issuer, server } = context;
  switch (answer.kind) {
    case 'trouble':
      return new NetworkError(
        'server_error',
        `the token endpoint of ${issuer} answered HTTP ${answer.status}`,
        {
          hint: 'the authorization server is in trouble; try again later',
          server,
        },
      );
    case 'broken':
      return new ProtocolError(
        'token_response_invalid',
        `the token endpoint of ${issuer} broke the protocol: ${answer.why}`,
        { hint: endpointHint(context.path), server },
      );
    case 'refused':
      return new AuthError(codeOf(answer.error), `${issuer} refused the sign-in: ${describe(answer)}`, {
        hint: refusalHint(answer, context),
        server,
      });
  }
}

const CODES = new Set([
  'invalid_client',
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

/** For an endpoint whose answer is not OAuth's. */
export function endpointHint(path: string): string {
  return `tell its operator, or name another endpoint in ${path}.oauth.token_url`;
}

function describe(answer: { error: string; description: string | undefined }): string {
  if (/^http_\d+$/.test(answer.error)) return `its token endpoint answered HTTP ${answer.error.slice(5)}`;
  return answer.description ? `${answer.error} (${answer.description.slice(0, 300)})` : answer.error;
}

function refusalHint(
  answer: { error: string; description: string | undefined },
  { path, login }: { path: string; login: string },
): string {
  // Entra puts the reason into the description only; its numbers are its interface.
  if (answer.error === 'invalid_target' || /AADSTS(9010010|901002)\b/.test(answer.description ?? '')) {
    return `the server takes no resource parameter: set ${path}.oauth.resource to "omit"`;
  }
  switch (answer.error) {
    case 'invalid_client':
      return `check ${path}.oauth.client_id, client_secret and token_endpoint_auth_method`;
    case 'unauthorized_client':
      return `allow the authorization code grant for the client in ${path}.oauth.client_id`;
    case 'invalid_scope':
      return `check ${path}.oauth.scopes`;
    case 'invalid_grant':
      return `the code had expired or was used before, or ${path}.oauth.redirect_uri differs from the registered one; sign in again: ${login}`;
    default:
      if (answer.error.startsWith('http_')) return endpointHint(path);
      return `sign in again: ${login}`;
  }
}

function requestOf(endpoint: TokenEndpoint, { http, signal }: Sending) {
  const as = { issuer: endpoint.issuer, token_endpoint: endpoint.tokenEndpoint };
  const client = { client_id: endpoint.clientId };
  const additionalParameters = new URLSearchParams();
  if (endpoint.resource !== undefined) additionalParameters.set('resource', endpoint.resource);
  // Some servers look for it in the body whatever the header says.
  if (endpoint.authMethod === 'client_secret_basic') additionalParameters.set('client_id', endpoint.clientId);
  return {
    as,
    client,
    auth: clientAuth(endpoint),
    options: {
      additionalParameters,
      signal,
      [oauth.customFetch]: http as never,
      // The HTTP layer decides which URLs may be reached, on loopback too.
      [oauth.allowInsecureRequests]: true,
    },
  };
}

/** RFC 6749 section 2.3.1; Basic is form-encoded first. */
export function clientAuth(endpoint: Pick<TokenEndpoint, 'authMethod' | 'secret'>): oauth.ClientAuth {
  if (!endpoint.secret || endpoint.authMethod === 'none') return oauth.None();
  return endpoint.authMethod === 'client_secret_basic'
    ? oauth.ClientSecretBasic(endpoint.secret)
    : oauth.ClientSecretPost(endpoint.secret);
}

/** A server may echo what it was sent in its error text: that must not reach a log. */
async function judge(
  response: Response,
  { now }: Sending,
  secrets: readonly (string | undefined)[],
): Promise<TokenAnswer> {
  const answer = judgeTokenAnswer(
    {
      status: response.status,
      contentType: response.headers.get('content-type'),
      text: await readText(response),
    },
    now(),
  );
  if (answer.kind !== 'refused') return answer;
  const echoes = secrets.some((secret) => secret && answer.description?.includes(secret));
  return echoes ? { ...answer, description: undefined } : answer;
}
