// The two requests to a token endpoint, sent by oauth4webapi, judged by token-response.

import * as oauth from 'oauth4webapi';
import type { Fetch } from '../deps.ts';
import type { AuthMethod, StoredTokens } from '../store/record.ts';
import { basicCredentials } from './basic.ts';
import { readText } from './body.ts';
import { echoes } from './echo.ts';
import { toward } from './hop.ts';
import type { Proof } from './proof.ts';
import { judgeBinding, judgeTokenAnswer, type TokenAnswer } from './token-response.ts';

export type TokenEndpoint = {
  issuer: string;
  tokenEndpoint: string;
  clientId: string;
  secret: string | undefined;
  /** For `private_key_jwt`. */
  key?: oauth.PrivateKey | undefined;
  authMethod: AuthMethod;
  /** There is no client: neither an id nor a proof is sent (RFC 7521 section 4.1). */
  anonymous?: boolean;
  /** RFC 8707, repeated on every token request. */
  resource: string | undefined;
  /** What the tokens are, or will be, bound to. */
  proof?: Proof | undefined;
};

type Sending = { http: Fetch; signal: AbortSignal; now: () => number };

/** Exchanges an authorization code; `params` are the callback's, already checked. Never throws for an answer. */
export function exchangeCode(
  endpoint: TokenEndpoint,
  grant: { params: URLSearchParams; redirectUri: string; verifier: string | undefined },
  sending: Sending,
): Promise<TokenAnswer> {
  const code = grant.params.get('code') ?? undefined;
  return answered(endpoint, sending, [code, grant.verifier], ({ as, client, auth, options }) =>
    oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      grant.params,
      grant.redirectUri,
      grant.verifier ?? oauth.nopkce,
      options,
    ),
  );
}

/** Uses a refresh token once. Never throws for an answer. */
export function refreshTokens(
  endpoint: TokenEndpoint,
  refreshToken: string,
  sending: Sending,
): Promise<TokenAnswer> {
  return answered(endpoint, sending, [refreshToken], ({ as, client, auth, options }) =>
    oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, options),
  );
}

/** Any other grant: its type and parameters. Never throws for an answer. */
export function requestTokens(
  endpoint: TokenEndpoint,
  grant: { type: string; params: Record<string, string> },
  sending: Sending,
): Promise<TokenAnswer> {
  return answered(
    endpoint,
    sending,
    [grant.params.assertion, grant.params.device_code],
    ({ as, client, auth, options }) => {
      const { additionalParameters, ...rest } = options;
      for (const [name, value] of Object.entries(grant.params)) additionalParameters.set(name, value);
      return oauth.genericTokenEndpointRequest(as, client, auth, grant.type, additionalParameters, rest);
    },
  );
}

/** The answer; with a proof, that of the second request where the server wants its nonce signed (RFC 9449 section 8). */
async function answered(
  endpoint: TokenEndpoint,
  sending: Sending,
  secrets: readonly (string | undefined)[],
  send: (request: ReturnType<typeof requestOf>) => Promise<Response>,
): Promise<TokenAnswer> {
  const once = async () =>
    judge(await send(requestOf(endpoint, sending)), sending, [...proofs(endpoint), ...secrets]);
  const { proof } = endpoint;
  const first = await once();
  const wantsNonce = proof && first.kind === 'refused' && first.error === 'use_dpop_nonce';
  return judgeBinding(wantsNonce ? await once() : first, proof !== undefined);
}

/** A refresh answers only with what changed: scope and refresh token stay (RFC 6749 sections 5.1 and 6). */
export function carryOver(old: StoredTokens, fresh: StoredTokens): StoredTokens {
  return {
    ...fresh,
    ...(!fresh.refreshToken && old.refreshToken && { refreshToken: old.refreshToken }),
    ...(!fresh.scope && old.scope && { scope: old.scope }),
    ...(!fresh.idToken && old.idToken && { idToken: old.idToken }),
  };
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
      ...(endpoint.proof && { DPoP: endpoint.proof.handle }),
      [oauth.customFetch]: toward(http, "the authorization server's token endpoint") as never,
      // The HTTP layer decides which URLs may be reached, on loopback too.
      [oauth.allowInsecureRequests]: true,
    },
  };
}

/** RFC 6749 section 2.3.1; Basic is form-encoded first. RFC 7523 section 2.2 for a key. */
export function clientAuth(
  endpoint: Pick<TokenEndpoint, 'authMethod' | 'secret' | 'key' | 'anonymous'>,
): oauth.ClientAuth {
  if (endpoint.anonymous) return () => {};
  if (endpoint.authMethod === 'private_key_jwt' && endpoint.key) return oauth.PrivateKeyJwt(endpoint.key);
  if (!endpoint.secret || endpoint.authMethod === 'none') return oauth.None();
  return endpoint.authMethod === 'client_secret_basic'
    ? basic(endpoint.secret)
    : oauth.ClientSecretPost(endpoint.secret);
}

function basic(secret: string): oauth.ClientAuth {
  return (_as, client, _body, headers) =>
    headers.set('authorization', `Basic ${btoa(basicCredentials(client.client_id, secret) ?? '')}`);
}

function proofs({ clientId, secret }: TokenEndpoint): (string | undefined)[] {
  return [secret, basicCredentials(clientId, secret)];
}

/** What a refusal is called that says what it was sent. */
const UNSPEAKABLE = 'unspeakable_error';

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
  const spoken = (text: string | undefined) => (text && echoes(text, secrets) ? undefined : text);
  return {
    ...answer,
    error: spoken(answer.error) ?? UNSPEAKABLE,
    description: spoken(answer.description),
  };
}
