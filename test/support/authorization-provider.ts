// The provider's configuration: what of OAuth it offers, decided by a mutable `Behaviour` wherever it allows it.
import { type KeyObject, randomBytes } from 'node:crypto';
import Provider, { errors } from 'oidc-provider';
import { type Signer, takeAssertions, vouch } from './assertions.ts';
import type { AuthorizationMemory } from './authorization-memory.ts';
import type { StaticClient } from './clients.ts';

/** What a test may change while the server runs. */
export type Behaviour = {
  /** What the person at the browser does. */
  decision: 'grant' | 'deny';
  /** Seconds. */
  accessTokenTtl: number;
  /** `offline_access`: as OpenID Connect has it, only for that scope together with `prompt=consent`. */
  refreshTokens: 'offline_access' | 'always' | 'never';
  /** Rotation comes with reuse detection: a second use of a refresh token revokes the whole family. */
  rotation: boolean;
  /** The resources it issues tokens for; others are `invalid_target` (RFC 8707 §2). */
  resources: 'any' | 'none' | string[];
  /** Used for a client that names no resource. */
  defaultResource: string | undefined;
  /** Used for a client that names no scope (RFC 6749 §3.3). */
  defaultScope: string | undefined;
  /** What is said of whoever signs in, beside `sub`, to who asks for `email` or `profile`. */
  claims: Record<string, unknown>;
  /** Who signs in. */
  person: string;
  /** Edits the metadata document before it is served. */
  metadata: (document: Record<string, unknown>) => Record<string, unknown>;
};

export type ProviderOptions = {
  clients?: StaticClient[];
  /** Dynamic registration: for everybody, for nobody, or for who has this initial access token. */
  registration?: 'open' | 'closed' | { token: string };
  tokens?: 'opaque' | 'jwt';
  /** Gives device codes (RFC 8628). */
  device?: boolean;
  /** False: an old server, which takes requests without PKCE too. */
  pkce?: boolean;
  /** The scopes that resources know. */
  scopes?: string[];
  /** Knows who people are: the scopes `email` and `profile`. `userinfo`: the ID token has no more than `sub`. */
  people?: boolean | 'userinfo';
  /** Says whose a token is (RFC 7662), to the client that has it. */
  introspection?: boolean;
  /** Takes assertions of this signer for tokens. */
  trusts?: Signer;
  /** Binds tokens to the key that is proved (RFC 9449); `nonce`: with a nonce of its own in every proof. */
  dpop?: 'plain' | 'nonce';
  /** What it registers every client for, asked or not. */
  clientDefaults?: object;
  /** What it lists as the algorithms of proofs. */
  proofAlgorithms?: string[];
  /** Takes pushed authorization requests (RFC 9126), or no others. */
  par?: 'offered' | 'required';
  /** Is an identity provider that vouches for its people. */
  vouches?: Signer;
};

export function createProvider(
  issuer: string,
  options: ProviderOptions,
  behaviour: Behaviour,
  memory: AuthorizationMemory,
  key: KeyObject,
): Provider {
  const mount = new URL(issuer).pathname.replace(/\/$/, '');
  const { registration = 'open', clients = [] } = options;
  const provider = new Provider(issuer, {
    adapter: memory.adapter,
    // What a test keeps beside a client is nothing of the protocol.
    clients: clients.map(({ pem: _, ...client }: StaticClient & { pem?: string }) => client),
    clientDefaults: { id_token_signed_response_alg: 'ES256', ...options.clientDefaults },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    cookies: { keys: [randomBytes(16).toString('hex')] },
    enabledJWA: { dPoPSigningAlgValues: options.proofAlgorithms ?? ['ES256', 'EdDSA'] },
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'test' }] },
    pkce: { required: () => options.pkce ?? true },
    scopes: ['openid', 'offline_access', ...(options.people ? ['email', 'profile'] : [])],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    conformIdTokenClaims: options.people !== true,
    responseTypes: ['code'],
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `${mount}/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ ...behaviour.claims, sub: accountId }),
    }),
    issueRefreshToken: (_: unknown, client: Client, source: { scopes: Set<string> }) =>
      client.grantTypeAllowed('refresh_token') && refreshable(behaviour, source.scopes),
    rotateRefreshToken: () => behaviour.rotation,
    ttl: {
      AccessToken: () => behaviour.accessTokenTtl,
      ClientCredentials: () => behaviour.accessTokenTtl,
      ...lifetimes,
    },
    renderError: (context: { body: unknown }, out: unknown) => {
      context.body = out;
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: options.device ?? false,
        userCodeInputSource: (context: { body: unknown }, form: string, _: unknown, error: unknown) =>
          page(context, error ? 'Not signed in' : form),
        userCodeConfirmSource: page,
        successSource: (context: { body: unknown }) => page(context, 'Signed in'),
      },
      rpInitiatedLogout: { enabled: false },
      dPoP: {
        enabled: options.dpop !== undefined,
        nonceSecret: options.dpop === 'nonce' ? randomBytes(32) : undefined,
        requireNonce: () => options.dpop === 'nonce',
      },
      pushedAuthorizationRequests: {
        enabled: options.par !== undefined,
        requirePushedAuthorizationRequests: options.par === 'required',
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_: unknown, { clientId }: Client, token: { clientId: string }) =>
          token.clientId === clientId,
      },
      introspection: { enabled: options.introspection ?? false },
      registration: {
        enabled: registration !== 'closed',
        initialAccessToken: typeof registration === 'object' ? registration.token : false,
      },
      resourceIndicators: resourceIndicators(options, behaviour),
    },
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route !== 'discovery') return;
    context.body = behaviour.metadata(context.body as Record<string, unknown>);
  });
  if (options.trusts) takeAssertions(provider, options.trusts);
  if (options.vouches) vouch(provider, options.vouches);
  return provider;
}

/** The pages of the device flow: the form that is asked for, and nothing else. */
function page(context: { body: unknown }, form: string): void {
  context.body = `<!doctype html>${form}`;
}

type Client = { clientId: string; grantTypeAllowed(type: string): boolean };

// Long enough for any test, whatever it does to the clock.
const lifetimes = {
  RefreshToken: 30 * 86_400,
  DeviceCode: 600,
  Grant: 30 * 86_400,
  Session: 86_400,
  Interaction: 3600,
  IdToken: 3600,
};

function refreshable(behaviour: Behaviour, scopes: Set<string>): boolean {
  if (behaviour.refreshTokens === 'offline_access') return scopes.has('offline_access');
  return behaviour.refreshTokens === 'always';
}

function resourceIndicators({ tokens = 'opaque', scopes = [] }: ProviderOptions, behaviour: Behaviour) {
  return {
    enabled: true,
    defaultResource: (_: unknown, __: unknown, oneOf: string[] | undefined) =>
      oneOf ?? behaviour.defaultResource,
    useGrantedResource: () => true,
    getResourceServerInfo(_: unknown, resource: string) {
      const { resources } = behaviour;
      if (resources === 'none' || (resources !== 'any' && !resources.includes(resource)))
        throw new errors.InvalidTarget();
      return {
        scope: scopes.join(' '),
        audience: resource,
        accessTokenFormat: tokens,
        jwt: { sign: { alg: 'ES256' } },
      };
    },
  };
}
