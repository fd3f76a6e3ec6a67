import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { authorizationMemory } from './authorization-memory.ts';
import { type Behaviour, createProvider, type ProviderOptions } from './authorization-provider.ts';
import { answer, type Hit, type Loopback, listen, type Tls } from './loopback.ts';
import { type TokenIssuer, validateJwt, validateOpaque } from './token-check.ts';

/** The places where a server may keep its metadata, relative to its issuer (RFC 8414 §3.1, OpenID Connect Discovery §4). */
export type DocumentForm = 'oauth' | 'oidc-inserted' | 'oidc-appended';

export type AuthorizationServerOptions = ProviderOptions & {
  /** Path of the issuer, such as `/tenant/1`. */
  path?: string;
  documents?: DocumentForm[];
  tls?: Tls;
  behaviour?: Partial<Behaviour>;
};

export type AuthorizationServer = Loopback &
  TokenIssuer & {
    behaviour: Behaviour;
    /** Paths as they appear in `log`, for `count` and the faults. */
    paths: {
      authorization: string;
      token: string;
      registration: string;
      revocation: string;
      device: string;
      push: string;
    };
    /** Whether this refresh token is still good. */
    renews(refreshToken: string | undefined): Promise<boolean>;
    /** Every access token ends now. JWTs are not stored, so they live on. */
    forgetAccessTokens(): void;
    /** Every refresh is refused with `invalid_grant` from now on. */
    forgetRefreshTokens(): void;
    /** Every dynamically registered client is unknown from now on: `invalid_client`. */
    forgetClients(): void;
  };

const standard: Behaviour = {
  decision: 'grant',
  accessTokenTtl: 3600,
  refreshTokens: 'offline_access',
  rotation: true,
  resources: 'any',
  defaultResource: undefined,
  defaultScope: undefined,
  claims: {},
  person: 'ada',
  metadata: (document) => document,
};

/**
 * A certified authorization server (oidc-provider) on loopback: PKCE S256 required, dynamic registration, refresh
 * tokens with rotation and reuse detection, resource indicators, `iss` in every authorization response, revocation.
 * Whoever comes to it is signed in and consents without a click, or refuses (`behaviour.decision`).
 */
export async function authorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const { path = '', documents = ['oauth', 'oidc-inserted', 'oidc-appended'] } = options;
  const scopes = options.scopes ?? ['mcp:read', 'mcp:admin'];
  const behaviour: Behaviour = { ...standard, ...options.behaviour };
  const memory = authorizationMemory();
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forms = documents.map((form) => documentPath(form, path));
  let provider: Provider;

  const loopback = await listen(
    async (request, response, hit) => {
      if (forms.includes(hit.path)) request.url = '/.well-known/openid-configuration';
      else if (hit.path.includes('/.well-known/') || !hit.path.startsWith(`${path}/`))
        return notFound(response);
      else if (hit.path.startsWith(`${path}/interaction/`))
        return interact(provider, behaviour, request, response);
      else request.url = (request.url ?? '').slice(path.length);
      if (hit.path === `${path}/auth`) request.url = withScope(request.url ?? '', hit, behaviour);
      // Where it is mounted, as Express would say it.
      await provider.callback()(Object.assign(request, { baseUrl: path }), response);
    },
    { tls: options.tls ?? false },
  );
  const issuer = `${loopback.url}${path}`;
  provider = createProvider(issuer, { ...options, scopes }, behaviour, memory, keys.privateKey);

  return Object.assign(loopback, {
    issuer,
    behaviour,
    paths: {
      authorization: `${path}/auth`,
      token: `${path}/token`,
      registration: `${path}/reg`,
      revocation: `${path}/token/revocation`,
      device: `${path}/device/auth`,
      push: `${path}/request`,
    },
    validate: async (token: string, resource: string) =>
      options.tokens === 'jwt'
        ? validateJwt(keys.publicKey, issuer, token, resource)
        : validateOpaque(provider, token, resource),
    renews: async (refreshToken = '') => (await provider.RefreshToken.find(refreshToken))?.isValid === true,
    forgetAccessTokens: () => {
      memory.forget('AccessToken');
      memory.forget('ClientCredentials');
    },
    forgetRefreshTokens: () => memory.forget('RefreshToken'),
    forgetClients: () => memory.forget('Client'),
  });
}

function documentPath(form: DocumentForm, path: string): string {
  if (form === 'oauth') return `/.well-known/oauth-authorization-server${path}`;
  return form === 'oidc-inserted'
    ? `/.well-known/openid-configuration${path}`
    : `${path}/.well-known/openid-configuration`;
}

function notFound(response: ServerResponse): void {
  answer(response, 404, '<!doctype html><h1>Not found</h1>');
}

function withScope(url: string, hit: Hit, { defaultScope }: Behaviour): string {
  if (defaultScope === undefined || hit.params.scope !== undefined) return url;
  return `${url}&scope=${encodeURIComponent(defaultScope)}`;
}

/** The login and consent pages, answered by the person at once. */
async function interact(
  provider: Provider,
  { decision, person: accountId }: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (decision === 'deny') {
    const refusal = { error: 'access_denied', error_description: 'The person said no' };
    return provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope ?? '');
  for (const resource of [params.resource ?? []].flat()) grant.addResourceScope(resource, params.scope ?? '');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}
