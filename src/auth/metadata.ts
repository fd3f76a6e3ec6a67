import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import { absoluteUri, webUrl } from '../store/fields.ts';
import { coversResource, issuerEquals, parseEndpoint } from '../url.ts';

/** Authorization server metadata after its checks: RFC 8414 names, endpoints that parse and are safe to call. */
export type ServerMetadata = AuthorizationServer & { token_endpoint: string };

/** RFC 9728 metadata after its checks. */
export type ResourceMetadata = {
  /** Sent verbatim as the resource indicator. */
  resource: string;
  authorizationServers: string[];
  scopes: string[];
};

type Json = Record<string, unknown>;

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
] as const;

const LISTS = [
  'scopes_supported',
  'token_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
  'grant_types_supported',
] as const;

const FLAGS = [
  'authorization_response_iss_parameter_supported',
  'client_id_metadata_document_supported',
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
  expected: { issuer: string | undefined; url: string; allowHttp: boolean },
): { metadata: ServerMetadata; slash: boolean } {
  const document = asObject(json, expected.url);
  const issuer = document.issuer;
  if (typeof issuer !== 'string') throw invalid(expected.url, 'it has no issuer');
  const match = expected.issuer === undefined ? 'same' : issuerEquals(expected.issuer, issuer);
  if (match === 'different') {
    throw new ProtocolError('issuer_mismatch', `the metadata at ${expected.url} belongs to another issuer`, {
      hint: `expected ${expected.issuer}; if the server has moved, set oauth.issuer to the issuer you trust`,
    });
  }
  const storable = webUrl(expected.allowHttp);
  if (!storable(issuer)) throw invalid(expected.url, 'its issuer is no URL of a server');
  const metadata: Json = { issuer };
  for (const name of ENDPOINTS) {
    const value = document[name];
    if (typeof value !== 'string' || value === '') continue;
    parseEndpoint(value, name, expected.allowHttp);
    if (!storable(value)) throw invalid(expected.url, `its ${name} cannot be kept`);
    // Verbatim: doubled slashes and upper-case hosts are the server's business.
    metadata[name] = value;
  }
  for (const name of LISTS) {
    if (Array.isArray(document[name])) metadata[name] = stringList(document[name]);
  }
  for (const name of FLAGS) metadata[name] = document[name] === true;
  if (typeof metadata.token_endpoint !== 'string') throw invalid(expected.url, 'it has no token_endpoint');
  return { metadata: metadata as unknown as ServerMetadata, slash: match === 'slash' };
}

/**
 * Judges protected resource metadata. `resource` must be this server's origin with a path that is a segment-wise
 * prefix of its URL (RFC 9728 section 3.3): otherwise another server's tokens could be asked for.
 * @throws ProtocolError `metadata_invalid`, `resource_mismatch`
 */
export function judgeResourceMetadata(json: unknown, serverUrl: string, url: string): ResourceMetadata {
  const document = asObject(json, url);
  const resource = document.resource;
  if (typeof resource !== 'string') throw invalid(url, 'it has no resource');
  if (!coversResource(resource, serverUrl)) {
    throw new ProtocolError('resource_mismatch', `the metadata at ${url} describes another resource`, {
      hint: `it names ${resource}, which does not contain ${serverUrl}; check the url of this server`,
    });
  }
  if (!absoluteUri(resource)) throw invalid(url, 'its resource is no absolute URI');
  return {
    resource,
    authorizationServers: stringList(document.authorization_servers),
    scopes: stringList(document.scopes_supported),
  };
}

/** Refuses a server that cannot be shown to check PKCE (MCP authorization, Authorization Code Protection). */
export function requirePkce(metadata: ServerMetadata, allowMissing: boolean): void {
  const methods = metadata.code_challenge_methods_supported;
  if (methods?.includes('S256')) return;
  if (methods === undefined && allowMissing) return;
  throw new ProtocolError(
    'pkce_not_supported',
    methods === undefined
      ? `${metadata.issuer} does not say that it checks PKCE`
      : `${metadata.issuer} does not support PKCE with S256`,
    methods === undefined
      ? { hint: 'if its operator confirms that it does, set oauth.allow_missing_pkce_metadata to true' }
      : {},
  );
}

function asObject(json: unknown, url: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalid(url, 'it is not an object');
  return json as Json;
}

function invalid(url: string, why: string): ProtocolError {
  return new ProtocolError('metadata_invalid', `the metadata at ${url} cannot be used: ${why}`);
}
