import type { AuthorizationServer } from 'oauth4webapi';
import type { HttpEntry } from '../config/entry.ts';
import { ProtocolError } from '../errors.ts';
import { asObject, type JsonObject } from '../json-object.ts';
import { absoluteUri, webUrl } from '../store/fields.ts';
import { coversResource, issuerEquals, parseEndpoint } from '../url.ts';
import { withoutMetadata } from './document.ts';

/** Authorization server metadata after its checks: RFC 8414 names, endpoints that parse and are safe to call. */
export type ServerMetadata = AuthorizationServer & { token_endpoint: string };

/** RFC 9728 metadata after its checks. */
export type ResourceMetadata = {
  /** Sent verbatim as the resource indicator. */
  resource: string;
  authorizationServers: string[];
  scopes: string[];
  /** It takes tokens that are bound to a key, and no others (RFC 9728 section 2). */
  bound?: true;
  /** What it takes proofs signed with. */
  proofAlgorithms?: string[];
};

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
] as const;

const LISTS = [
  'scopes_supported',
  'token_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
  'grant_types_supported',
  'dpop_signing_alg_values_supported',
] as const;

const FLAGS = [
  'authorization_response_iss_parameter_supported',
  'client_id_metadata_document_supported',
  'require_pushed_authorization_requests',
] as const;

/** Lists of strings; anything else in a document of a stranger counts as absent. */
function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/**
 * Judges an authorization server metadata document (RFC 8414 section 3.3): `issuer` must be the one the URL was made
 * from. Absent and null members are the same. Returns what we use of it, and whether a trailing slash was forgiven.
 * @throws ProtocolError `metadata_invalid`, `issuer_mismatch`
 */
export function judgeServerMetadata(
  json: unknown,
  expected: { issuer: string | undefined; url: string; entry: Pick<HttpEntry, 'path' | 'allowHttp'> },
): { metadata: ServerMetadata; slash: boolean } {
  const { path, allowHttp } = expected.entry;
  const unusable = (why: string) => invalid(expected.url, why, path);
  const document = documentOf(json, unusable);
  const issuer = document.issuer;
  if (typeof issuer !== 'string') throw unusable('it has no issuer');
  const match = expected.issuer === undefined ? 'same' : issuerEquals(expected.issuer, issuer);
  if (match === 'different') {
    throw new ProtocolError('issuer_mismatch', `the metadata at ${expected.url} belongs to another issuer`, {
      hint: `expected ${expected.issuer}; if the server has moved, set ${path}.oauth.issuer to the issuer you trust`,
    });
  }
  const storable = webUrl(allowHttp);
  if (!storable(issuer)) throw unusable('its issuer is no URL of a server');
  const metadata: JsonObject = { issuer };
  for (const name of ENDPOINTS) {
    const value = document[name];
    if (typeof value !== 'string' || value === '') continue;
    parseEndpoint(value, name, allowHttp);
    if (!storable(value)) throw unusable(`its ${name} cannot be kept`);
    // Verbatim: doubled slashes and upper-case hosts are the server's business.
    metadata[name] = value;
  }
  for (const name of LISTS) {
    if (Array.isArray(document[name])) metadata[name] = stringList(document[name]);
  }
  for (const name of FLAGS) metadata[name] = document[name] === true;
  // Only for showing who somebody is: no sign-in fails for it.
  if (storable(document.jwks_uri)) metadata.jwks_uri = document.jwks_uri;
  if (typeof metadata.token_endpoint !== 'string') throw unusable('it has no token_endpoint');
  return { metadata: metadata as unknown as ServerMetadata, slash: match === 'slash' };
}

/**
 * Judges protected resource metadata. `resource` must be this server's origin with a path that is a segment-wise
 * prefix of its URL (RFC 9728 section 3.3): otherwise another server's tokens could be asked for.
 * @throws ProtocolError `metadata_invalid`, `resource_mismatch`
 */
export function judgeResourceMetadata(
  json: unknown,
  { url: serverUrl, path }: Pick<HttpEntry, 'url' | 'path'>,
  url: string,
): ResourceMetadata {
  const unusable = (why: string) => invalid(url, why, path);
  const document = documentOf(json, unusable);
  const resource = document.resource;
  if (typeof resource !== 'string') throw unusable('it has no resource');
  // Before it is quoted in a hint: one with a line break in it would write a hint of its own.
  if (!absoluteUri(resource)) throw unusable('its resource is no absolute URI');
  if (!coversResource(resource, serverUrl)) {
    throw new ProtocolError('resource_mismatch', `the metadata at ${url} describes another resource`, {
      hint: `it names ${resource}, which does not contain ${serverUrl}; check ${path}.url`,
    });
  }
  return {
    resource,
    authorizationServers: stringList(document.authorization_servers),
    scopes: stringList(document.scopes_supported),
    ...(document.dpop_bound_access_tokens_required === true && { bound: true as const }),
    ...(Array.isArray(document.dpop_signing_alg_values_supported) && {
      proofAlgorithms: stringList(document.dpop_signing_alg_values_supported),
    }),
  };
}

/** Refuses a server that cannot be shown to check PKCE (MCP authorization, Authorization Code Protection). */
export function requirePkce(metadata: ServerMetadata, allowMissing: boolean, path: string): void {
  const methods = metadata.code_challenge_methods_supported;
  if (methods?.includes('S256')) return;
  if (methods === undefined && allowMissing) return;
  throw new ProtocolError(
    'pkce_not_supported',
    methods === undefined
      ? `${metadata.issuer} does not say that it checks PKCE`
      : `${metadata.issuer} does not support PKCE with S256`,
    {
      hint:
        methods === undefined
          ? `if its operator confirms that it does, set ${path}.oauth.allow_missing_pkce_metadata to true`
          : 'tell its operator: without it a stolen code is a stolen sign-in',
    },
  );
}

function documentOf(json: unknown, unusable: (why: string) => ProtocolError): JsonObject {
  const document = asObject(json);
  if (!document) throw unusable('it is not an object');
  return document;
}

function invalid(url: string, why: string, path: string): ProtocolError {
  return new ProtocolError('metadata_invalid', `the metadata at ${url} cannot be used: ${why}`, {
    hint: withoutMetadata(path),
  });
}
