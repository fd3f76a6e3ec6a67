// Dynamic client registration (RFC 7591; MCP client registration).

import type { HttpEntry } from '../config/entry.ts';
import type { Fetch } from '../deps.ts';
import { AuthError, NetworkError, ProtocolError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { momentOf } from '../store/fields.ts';
import { type AuthMethod, type StoredClient, storable } from '../store/record.ts';
import { readText } from './body.ts';
import { OUR_NAME, OURSELVES } from './client-metadata.ts';
import { toward } from './hop.ts';
import {
  methodForIssuedSecret,
  registerByHand,
  registrationEndpoint,
  registrationUnavailable,
} from './identity.ts';
import type { ServerMetadata } from './metadata.ts';
import type { GrantPlan } from './plan.ts';

export type Registration = StoredClient & { source: 'registered'; redirectUris: string[] };

/** The server does not take this redirect; another spelling of it may do. */
export class RedirectRefused extends AuthError {}

/** RFC 8628 section 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * Registers this program for one redirect URI, or for device codes alone, which need none.
 * @throws RedirectRefused; AuthError `registration_unavailable`, `registration_refused`; ProtocolError
 * `registration_invalid`; NetworkError
 */
export async function register(
  http: Fetch,
  entry: HttpEntry,
  plan: Pick<GrantPlan, 'server' | 'proof'>,
  redirectUri: string | undefined,
  options: { signal: AbortSignal; omitMethod?: boolean; device?: boolean },
): Promise<Registration> {
  const endpoint = registrationEndpoint(entry.oauth, plan.server);
  if (!endpoint) throw registrationUnavailable(entry, plan.server.issuer);
  const body = registrationRequest(entry, redirectUri, {
    device: options.device ?? redirectUri === undefined,
    bound: plan.proof.wanted,
  });
  if (options.omitMethod) delete body.token_endpoint_auth_method;
  const initialAccessToken = entry.oauth?.dynamicRegistration?.initialAccessToken;
  const response = await toward(http, "the authorization server's registration endpoint")(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(initialAccessToken && { authorization: `Bearer ${initialAccessToken}` }),
    },
    body: JSON.stringify(body),
    signal: options.signal,
  });
  const answer = await readText(response);
  // A server may repeat what it was sent in its error text: that must not reach a log.
  const text = initialAccessToken ? answer.replaceAll(initialAccessToken, '***') : answer;
  if (!response.ok) throw judgeRefusal(entry, plan.server.issuer, response.status, text);
  return judgeRegistration(text, plan.server, redirectUri, entry.path);
}

/**
 * Configured metadata is sent as given; the redirect is the one that is bound. No `scope`: a client that is registered
 * for some could never be granted more of them in a step-up.
 */
export function registrationRequest(
  entry: HttpEntry,
  redirectUri: string | undefined,
  { device = redirectUri === undefined, bound = false } = {},
): Record<string, unknown> {
  const configured = entry.oauth?.dynamicRegistration?.metadata;
  const here = redirectUri === undefined ? [] : [redirectUri];
  return {
    client_name: entry.oauth?.clientName ?? OUR_NAME,
    ...OURSELVES,
    grant_types: [
      ...here.map(() => 'authorization_code'),
      'refresh_token',
      ...(device ? [DEVICE_GRANT] : []),
    ],
    response_types: here.map(() => 'code'),
    ...(bound && { dpop_bound_access_tokens: true }),
    ...configured,
    redirect_uris: configured ? withBound(configured.redirect_uris, here) : here,
  };
}

function withBound(uris: unknown, here: string[]): string[] {
  const others = Array.isArray(uris) ? uris.filter((uri): uri is string => typeof uri === 'string') : [];
  return [...here, ...others.filter((uri) => !here.includes(uri))];
}

/** Pure. Servers answer 200 or 201, with members missing or null. */
export function judgeRegistration(
  text: string,
  server: ServerMetadata,
  redirectUri: string | undefined,
  path: string,
): Registration {
  const json = parseObject(text);
  const id = json?.client_id;
  if (typeof id !== 'string' || id === '') {
    throw new ProtocolError(
      'registration_invalid',
      `${server.issuer} answered a registration without a client_id`,
      { hint: `register mcp-cli with it by hand and set ${path}.oauth.client_id` },
    );
  }
  const secret = json?.client_secret;
  const expires = json?.client_secret_expires_at;
  const hasSecret = typeof secret === 'string' && secret !== '';
  if (!storable.clientId(id) || (hasSecret && !storable.clientSecret(secret))) {
    throw new ProtocolError(
      'registration_invalid',
      `${server.issuer} answered a registration with characters that no client has, or too many`,
      { hint: `register mcp-cli with it by hand and set ${path}.oauth.client_id` },
    );
  }
  return {
    id,
    ...(hasSecret && { secret }),
    source: 'registered',
    authMethod: hasSecret ? methodOfRegistration(json?.token_endpoint_auth_method, server) : 'none',
    redirectUris: redirectUri === undefined ? [] : [redirectUri],
    ...(hasSecret &&
      typeof expires === 'number' &&
      expires > 0 && { secretExpiresAt: momentOf(expires * 1000) }),
    ...(json?.dpop_bound_access_tokens === true && { bound: true as const }),
    ...(json?.require_pushed_authorization_requests === true && { pushes: true as const }),
  };
}

function methodOfRegistration(answered: unknown, server: ServerMetadata): AuthMethod {
  if (answered === 'client_secret_basic' || answered === 'client_secret_post') return answered;
  return methodForIssuedSecret(server);
}

function judgeRefusal(entry: HttpEntry, issuer: string, status: number, text: string): Error {
  const json = parseObject(text);
  const code = json?.error;
  const description = json?.error_description;
  const details = { server: entry.name };
  if (status >= 500 || status === 429) {
    return new NetworkError('server_error', `registering with ${issuer} failed with HTTP ${status}`, {
      hint: 'the authorization server is in trouble; try again later',
      ...details,
    });
  }
  if (code === 'invalid_redirect_uri') {
    return new RedirectRefused(
      'registration_refused',
      `${issuer} does not accept a redirect to this machine`,
      {
        hint: byHand(entry, issuer, `${entry.path}.oauth.client_id and redirect_uri`),
        ...details,
      },
    );
  }
  // 403 and 404: it is advertised, yet closed. That is no registration at all.
  if (status === 403 || status === 404 || status === 405) return registrationUnavailable(entry, issuer);
  const needsToken = status === 401 || code === 'invalid_token';
  return new AuthError(
    'registration_refused',
    `${issuer} refused to register mcp-cli: ${
      [code, description]
        .filter((part) => typeof part === 'string')
        .join(': ')
        .slice(0, 300) || `HTTP ${status}`
    }`,
    {
      hint: needsToken
        ? `set ${entry.path}.oauth.dynamicRegistration.initialAccessToken to the token its operator gave you`
        : byHand(entry, issuer, `${entry.path}.oauth.client_id`),
      ...details,
    },
  );
}

function byHand(entry: HttpEntry, issuer: string, keys: string): string {
  return registerByHand(entry, issuer, `set ${keys}`).join('\n');
}
