// The one value that every way of being configured ends in. Pure: what is known goes in, what will be done comes out.

import type { HttpEntry, OAuthEntry } from '../config/entry.ts';
import { AuthError } from '../errors.ts';
import type { AuthMethod, StoredRecord } from '../store/record.ts';
import { canonicalResource } from '../url.ts';
import { keepSecretWithItsIssuer } from './binding.ts';
import type { Challenge } from './challenge.ts';
import type { Discovery } from './discover.ts';
import type { ServerMetadata } from './metadata.ts';
import { requirePkce } from './metadata.ts';
import { chooseScopes, scopeList } from './scope.ts';

export type Client = {
  id: string;
  secret: string | undefined;
  source: 'configured' | 'document' | 'registered';
  authMethod: AuthMethod;
  /** False: the method is a guess, so `invalid_client` may be answered by trying the other one once. */
  methodKnown: boolean;
};

export type AuthPlan = {
  server: ServerMetadata & { authorization_endpoint: string };
  source: 'configured' | 'metadata' | 'defaults';
  /** Undefined: register one, once the redirect is bound. */
  client: Client | undefined;
  scopes: string[];
  addedOffline: boolean;
  resource: string | undefined;
  pkce: boolean;
  extraParams: Record<string, string>;
};

export type PlanFacts = {
  discovery: Discovery | undefined;
  challenge: Challenge | undefined;
  /** What is stored for this server and account. */
  record: StoredRecord | undefined;
  /** The server no longer knows the client that is stored. */
  forgetClient: boolean;
  stepUp: readonly string[];
  withoutOffline: boolean;
  /** Milliseconds since the epoch. */
  now: number;
};

/**
 * Decides the whole sign-in.
 * @throws ProtocolError `pkce_not_supported`, `issuer_changed`; AuthError `no_authorization_endpoint`,
 * `registration_unavailable`
 */
export function planSignIn(entry: HttpEntry, facts: PlanFacts): AuthPlan {
  const { oauth } = entry;
  const server = facts.discovery?.server ?? configuredServer(oauth);
  const source = facts.discovery?.source ?? 'configured';
  if (source === 'metadata') requirePkce(server, oauth?.allowMissingPkceMetadata ?? false, entry.path);
  const { authorization_endpoint } = server;
  if (!authorization_endpoint) {
    throw new AuthError('no_authorization_endpoint', `${server.issuer} offers no sign-in in a browser`, {
      hint: `set ${entry.path}.oauth.grant_type to a grant that the server offers`,
      server: entry.name,
    });
  }
  keepSecretWithItsIssuer(entry, server.issuer, facts.record);
  return {
    server: { ...server, authorization_endpoint },
    source,
    client: chooseClient(entry, server, facts),
    ...chooseScopes({
      configured: oauth?.scopes ?? [],
      challenged: scopeList(facts.challenge?.scope),
      resource: facts.discovery?.resource?.scopes ?? [],
      server: server.scopes_supported ?? [],
      stepUp: facts.stepUp,
      withoutOffline: facts.withoutOffline,
    }),
    resource: chooseResource(entry, facts.discovery),
    pkce: oauth?.usePkce ?? true,
    extraParams: oauth?.extraAuthParams ?? {},
  };
}

/** Configured endpoints without an issuer are known by the token endpoint's origin: it is what the secrets go to. */
export function configuredServer(oauth: OAuthEntry | undefined): ServerMetadata {
  const tokenEndpoint = oauth?.tokenEndpoint ?? '';
  return {
    issuer: oauth?.issuer ?? new URL(tokenEndpoint).origin,
    ...(oauth?.authorizationEndpoint && { authorization_endpoint: oauth.authorizationEndpoint }),
    token_endpoint: tokenEndpoint,
    ...(oauth?.registrationEndpoint && { registration_endpoint: oauth.registrationEndpoint }),
    ...(oauth?.revocationEndpoint && { revocation_endpoint: oauth.revocationEndpoint }),
  };
}

/** Pre-registered, then a metadata document, then registered before, then registration, then tell the person. */
function chooseClient(entry: HttpEntry, server: ServerMetadata, facts: PlanFacts): Client | undefined {
  const { oauth } = entry;
  if (oauth?.clientId) {
    return {
      id: oauth.clientId,
      secret: oauth.clientSecret,
      source: 'configured',
      ...configuredMethod(oauth, server, facts.record),
    };
  }
  if (oauth?.clientMetadataUrl && server.client_id_metadata_document_supported === true) {
    const known = { authMethod: 'none', methodKnown: true } as const;
    return { id: oauth.clientMetadataUrl, secret: undefined, source: 'document', ...known };
  }
  const mayRegister = oauth?.dynamicRegistration?.enabled !== false;
  const registered = reusableRegistration(server, facts);
  if (registered && mayRegister) return registered;
  if (mayRegister && registrationEndpoint(oauth, server)) return undefined;
  throw registrationUnavailable(entry, server.issuer);
}

export function registrationEndpoint(
  oauth: OAuthEntry | undefined,
  server: ServerMetadata,
): string | undefined {
  return (
    oauth?.dynamicRegistration?.registrationEndpoint ??
    oauth?.registrationEndpoint ??
    server.registration_endpoint
  );
}

export function registrationUnavailable(entry: HttpEntry, issuer: string): AuthError {
  const forbidden = entry.oauth?.dynamicRegistration?.enabled === false;
  const why = forbidden
    ? `${entry.path}.oauth.dynamicRegistration.enabled is false, and there is no client for ${issuer}`
    : `${issuer} registers no clients by itself`;
  return new AuthError('registration_unavailable', why, {
    hint: [
      `register mcp-cli with ${issuer} and set ${entry.path}.oauth.client_id (and client_secret)`,
      `or set ${entry.path}.oauth.client_metadata_url, if it accepts client metadata documents`,
      `or pass a token of your own in ${entry.bearerTokenEnv ?? `the variable named by ${entry.path}.bearer_token_env`}`,
    ].join('\n'),
    server: entry.name,
  });
}

/** Credentials belong to the issuer that gave them (MCP client registration, Authorization Server Binding). */
function reusableRegistration(server: ServerMetadata, facts: PlanFacts): Client | undefined {
  const { record } = facts;
  if (facts.forgetClient) return undefined;
  if (record?.client.source !== 'registered' || record.issuer !== server.issuer) return undefined;
  const { secretExpiresAt } = record.client;
  if (secretExpiresAt !== undefined && secretExpiresAt <= facts.now) return undefined;
  const { id, secret, authMethod } = record.client;
  return { id, secret, source: 'registered', authMethod, methodKnown: true };
}

function configuredMethod(
  oauth: OAuthEntry,
  server: ServerMetadata,
  record: StoredRecord | undefined,
): Pick<Client, 'authMethod' | 'methodKnown'> {
  if (oauth.tokenEndpointAuthMethod) return { authMethod: oauth.tokenEndpointAuthMethod, methodKnown: true };
  if (!oauth.clientSecret) return { authMethod: 'none', methodKnown: true };
  // The method that worked last time goes first.
  const stored = record?.client;
  if (stored && stored.id === oauth.clientId && stored.authMethod !== 'none') {
    return { authMethod: stored.authMethod, methodKnown: false };
  }
  return { authMethod: methodForSecret(server), methodKnown: false };
}

/** How to send a secret where nothing else says: as the metadata lists, and Basic where it lists nothing. */
export function methodForSecret(server: ServerMetadata): AuthMethod {
  const methods = server.token_endpoint_auth_methods_supported;
  if (!methods || methods.includes('client_secret_basic')) return 'client_secret_basic';
  return 'client_secret_post';
}

/** RFC 8707: configured, else the metadata's own words, else the server's canonical URI. */
export function chooseResource(entry: HttpEntry, discovery: Discovery | undefined): string | undefined {
  const wanted = entry.oauth?.resource ?? 'auto';
  if (wanted === 'omit') return undefined;
  if (wanted !== 'auto') return wanted;
  if (discovery?.source === 'defaults') return undefined;
  return discovery?.resource?.resource ?? canonicalResource(entry.url);
}
