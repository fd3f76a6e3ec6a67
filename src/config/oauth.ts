import { documentFault, issuerFault, redirectFault, resourceFault, urlFault } from './address.ts';
import { type Around, type Block, block, expandBlock, placeOf, refuse } from './block.ts';
import { toCredentials } from './credentials.ts';
import type { GrantType, OAuthEntry } from './entry.ts';
import { OAUTH } from './keys.ts';
import { checkParameters } from './parameters.ts';
import { invalid, type Place } from './place.ts';
import { toRegistration } from './registration.ts';
import { check, type Shaped } from './schema.ts';

type Fields = Shaped<'oauth'>;

const GRANTS: Record<string, GrantType> = {
  authorization_code: 'authorization_code',
  device_code: 'device_code',
  client_credentials: 'client_credentials',
  jwt_bearer: 'jwt_bearer',
  enterprise_managed: 'enterprise_managed',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'jwt_bearer',
  // An ID-JAG begins with RFC 8693 at the identity provider.
  'urn:ietf:params:oauth:grant-type:token-exchange': 'enterprise_managed',
};

/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Reads an `oauth` block; `false` is short for `{"enabled": false}`.
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toOAuth(
  value: unknown,
  place: Place,
  allowHttp: boolean,
  around: Around,
): OAuthEntry | undefined {
  if (value === undefined) return undefined;
  const written = typeof value === 'boolean' ? { enabled: value } : value;
  const raw = block(written, OAUTH, place, around.warn);
  const fields = expandBlock(raw, around.env, ['assertion_env', 'idp', 'dynamic_registration']);
  const oauth = check('oauth', fields);
  const grantType = grantOf(oauth, fields);
  checkUrls(oauth, fields, allowHttp);
  checkEndpoints(oauth, fields, grantType);
  checkPkce(oauth, fields);
  const credentials = toCredentials(oauth, fields, allowHttp, around);
  return {
    dialect: dialectOf(raw),
    enabled: oauth.enabled ?? true,
    grantType,
    clientId: oauth.client_id,
    clientSecret: oauth.client_secret,
    tokenEndpointAuthMethod: oauth.token_endpoint_auth_method,
    scopes: scopesOf(oauth, fields),
    authorizationEndpoint: oauth.authorization_url,
    tokenEndpoint: oauth.token_url,
    ...(oauth.device_authorization_url && { deviceAuthorizationEndpoint: oauth.device_authorization_url }),
    registrationEndpoint: oauth.registration_url,
    revocationEndpoint: oauth.revocation_url,
    discoveryUrl: oauth.discovery_url,
    issuer: oauth.issuer,
    redirectUri: redirectOf(oauth, fields, allowHttp),
    usePkce: oauth.use_pkce ?? true,
    extraAuthParams: checkParameters(oauth.extra_auth_params ?? {}, fields),
    resource: resourceOf(oauth, fields),
    clientMetadataUrl: oauth.client_metadata_url,
    clientName: oauth.client_name,
    dynamicRegistration: toRegistration(
      oauth.dynamic_registration,
      placeOf(fields, 'dynamic_registration'),
      allowHttp,
      around,
    ),
    allowMissingPkceMetadata: oauth.allow_missing_pkce_metadata ?? false,
    ...(oauth.dpop === undefined ? {} : { dpop: oauth.dpop }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** The client's own key decides; without one, any key in camelCase does. */
function dialectOf({ keys }: Block): 'snake' | 'camel' {
  const deciding = keys.client_id ?? Object.values(keys).flat();
  return deciding.some((key) => /[A-Z]/.test(String(key))) ? 'camel' : 'snake';
}

function grantOf(oauth: Fields, fields: Block): GrantType {
  if (oauth.grant_type === undefined) return 'authorization_code';
  const plain = oauth.grant_type.replaceAll('-', '_');
  for (const name of [oauth.grant_type, plain]) {
    const grant = Object.hasOwn(GRANTS, name) ? GRANTS[name] : undefined;
    if (grant) return grant;
  }
  const names = [...new Set(Object.values(GRANTS))].join(', ');
  throw invalid(placeOf(fields, 'grant_type'), 'is not a grant we know', `write one of: ${names}`);
}

function checkUrls(oauth: Fields, fields: Block, allowHttp: boolean): void {
  const keys = [
    'authorization_url',
    'token_url',
    'device_authorization_url',
    'registration_url',
    'revocation_url',
    'discovery_url',
  ] as const;
  for (const key of keys) {
    const url = oauth[key];
    if (url !== undefined) refuse(urlFault(url, allowHttp), fields, key);
  }
  if (oauth.issuer !== undefined) refuse(issuerFault(oauth.issuer, allowHttp), fields, 'issuer');
  const document = oauth.client_metadata_url;
  if (document !== undefined) refuse(documentFault(document), fields, 'client_metadata_url');
}

function checkEndpoints(oauth: Fields, fields: Block, grant: GrantType): void {
  const { authorization_url: authorization, token_url: token } = oauth;
  const why = 'both together skip discovery, one alone cannot';
  if (authorization !== undefined && token === undefined) {
    throw invalid(fields, `has an authorization endpoint but no token endpoint; ${why}`, 'add "token_url"');
  }
  if (grant === 'device_code' && token !== undefined && oauth.device_authorization_url === undefined) {
    const said = `has a token endpoint but no device authorization endpoint; ${why}`;
    throw invalid(fields, said, 'add "device_authorization_url", or remove "token_url" to use discovery');
  }
  // The grants without a browser have no use for an authorization endpoint.
  if (grant === 'authorization_code' && token !== undefined && authorization === undefined) {
    const hint = 'add "authorization_url", or remove "token_url" to use discovery';
    throw invalid(fields, `has a token endpoint but no authorization endpoint; ${why}`, hint);
  }
  if (oauth.client_secret !== undefined && oauth.client_id === undefined) {
    throw invalid(fields, 'has a client secret but no client id', 'add "client_id"');
  }
}

function checkPkce(oauth: Fields, fields: Block): void {
  const { use_pkce: pkce, authorization_url: authorization, token_url: token, client_secret: secret } = oauth;
  if (pkce !== false || (authorization !== undefined && token !== undefined && secret !== undefined)) return;
  // Without PKCE only the client's secret stands between a stolen code and a token (OAuth 2.1 section 7.5).
  const said = 'is false, which is allowed only with both endpoints and a client secret configured';
  const hint = 'remove it, or add "authorization_url", "token_url", "client_id" and "client_secret"';
  throw invalid(placeOf(fields, 'use_pkce'), said, hint);
}

function scopesOf({ scopes = [] }: Fields, fields: Block): string[] {
  const words = [scopes].flat().flatMap((text) => text.split(' ').filter((word) => word !== ''));
  if (words.every((word) => SCOPE.test(word))) return [...new Set(words)];
  const hint =
    'write ["read", "write"]; quotes, backslashes, commas-with-spaces and line breaks are not part of one';
  throw invalid(
    placeOf(fields, 'scopes'),
    'has a character that no scope may have (RFC 6749 section 3.3)',
    hint,
  );
}

function redirectOf(oauth: Fields, fields: Block, allowHttp: boolean): string | undefined {
  const { redirect_uri: redirect, callback_port: port } = oauth;
  if (redirect !== undefined) refuse(redirectFault(redirect, allowHttp), fields, 'redirect_uri');
  // The callback that the clients with this key use.
  return redirect ?? (port === undefined ? undefined : `http://localhost:${port}/callback`);
}

function resourceOf({ resource = 'auto' }: Fields, fields: Block): string {
  if (resource !== 'auto' && resource !== 'omit') refuse(resourceFault(resource), fields, 'resource');
  return resource;
}
