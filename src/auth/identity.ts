// Which client we are at an authorization server, and how we prove it. Pure.

import type { HttpEntry, OAuthEntry } from '../config/entry.ts';
import { AuthError, ConfigError } from '../errors.ts';
import type { AuthMethod, StoredClient, StoredRecord } from '../store/record.ts';
import type { ServerMetadata } from './metadata.ts';
import type { PlanFacts } from './plan.ts';
import { providerSteps } from './providers.ts';
import { redirectToRegister } from './redirect.ts';
import { hasPrivateKey } from './signing.ts';

export type Client = {
  id: string;
  secret: string | undefined;
  source: StoredClient['source'];
  authMethod: AuthMethod;
  /** False: the method is a guess, so `invalid_client` may be answered by trying the other one once. */
  methodKnown: boolean;
};

/** Pre-registered, then a metadata document, then registered before, then registration, then tell the person. */
export function chooseClient(entry: HttpEntry, server: ServerMetadata, facts: PlanFacts): Client | undefined {
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
    // The document says how the client proves itself, and it is the person's own.
    const signs = oauth.tokenEndpointAuthMethod !== 'none' && hasPrivateKey(oauth);
    const known = { authMethod: signs ? 'private_key_jwt' : 'none', methodKnown: true } as const;
    return { id: oauth.clientMetadataUrl, secret: undefined, source: 'document', ...known };
  }
  const mayRegister = oauth?.dynamicRegistration?.enabled !== false;
  const registered = reusableRegistration(oauth, server, facts);
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
      ...registerByHand(entry, issuer, `set ${entry.path}.oauth.client_id (and client_secret)`),
      `or set ${entry.path}.oauth.client_metadata_url, if it accepts client metadata documents`,
      `or pass a token of your own in ${entry.bearerTokenEnv ?? `the variable named by ${entry.path}.bearer_token_env`}`,
    ].join('\n'),
    server: entry.name,
  });
}

/** How to get a client where none is registered: the provider's own steps, if it is a well-known one. Pure. */
export function registerByHand({ oauth, path, url }: HttpEntry, issuer: string, then: string): string[] {
  const redirect = redirectToRegister(oauth);
  // Some have the server under their own name alone, and the authorization server elsewhere.
  const [steps = []] = [issuer, url]
    .map((at) => providerSteps(at, path, redirect))
    .filter(({ length }) => length);
  return steps.length > 0 ? steps : [`register mcp-cli with ${issuer}, redirect ${redirect}, and ${then}`];
}

/** Credentials belong to the issuer that gave them (MCP client registration, Authorization Server Binding). */
function reusableRegistration(
  oauth: OAuthEntry | undefined,
  server: ServerMetadata,
  facts: PlanFacts,
): Client | undefined {
  const { record } = facts;
  if (facts.forgetClient) return undefined;
  if (record?.client.source !== 'registered' || record.issuer !== server.issuer) return undefined;
  const { secretExpiresAt, bound } = record.client;
  // Registered for bound tokens alone (RFC 9449 section 5.2), it is given no others.
  if (bound && oauth?.dpop === false) return undefined;
  if (secretExpiresAt !== undefined && secretExpiresAt <= facts.now) return undefined;
  const { id, secret, authMethod } = record.client;
  return { id, secret, source: 'registered', authMethod, methodKnown: true };
}

/**
 * The client of a grant without a person: a configured one (dynamic registration is not for these), or none where an
 * assertion alone says who asks (RFC 7521 section 4.1).
 */
export function machineClient(
  { oauth, name, path }: HttpEntry,
  server: ServerMetadata,
  record: StoredRecord | undefined,
): Client {
  if (oauth?.clientId !== undefined) {
    const method = configuredMethod(oauth, server, record);
    // RFC 6749 section 4.4: only for a client that proves itself.
    if (oauth.grantType === 'client_credentials' && method.authMethod === 'none') {
      throw new ConfigError('client_needed', `${path}.oauth has nothing to prove its client with`, {
        hint: `set ${path}.oauth.client_secret or private_key_file`,
        server: name,
      });
    }
    return { id: oauth.clientId, secret: oauth.clientSecret, source: 'configured', ...method };
  }
  if (oauth?.grantType === 'jwt_bearer') {
    return { id: NO_CLIENT, secret: undefined, source: 'assertion', authMethod: 'none', methodKnown: true };
  }
  throw new ConfigError('client_needed', `${path}.oauth has no client to sign in as`, {
    hint: `set ${path}.oauth.client_id, with client_secret or private_key_file`,
    server: name,
  });
}

/** Stands in the place of an id, in records and in what is shown. */
const NO_CLIENT = 'assertion';

function configuredMethod(
  oauth: OAuthEntry,
  server: ServerMetadata,
  record: StoredRecord | undefined,
): Pick<Client, 'authMethod' | 'methodKnown'> {
  if (oauth.tokenEndpointAuthMethod) return { authMethod: oauth.tokenEndpointAuthMethod, methodKnown: true };
  if (!oauth.clientSecret) {
    return { authMethod: hasPrivateKey(oauth) ? 'private_key_jwt' : 'none', methodKnown: true };
  }
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

/** A secret that a registration gave with no word on its use is posted, unless the metadata lists Basic alone. */
export function methodForIssuedSecret(server: ServerMetadata): AuthMethod {
  const methods = server.token_endpoint_auth_methods_supported ?? [];
  const basicOnly = methods.includes('client_secret_basic') && !methods.includes('client_secret_post');
  return basicOnly ? 'client_secret_basic' : 'client_secret_post';
}
