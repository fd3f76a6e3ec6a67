// How a resource server judges a token: in process, without a request that would show in the server's log.
import { type KeyObject, verify } from 'node:crypto';
import type Provider from 'oidc-provider';

/** What a resource server learns about a valid token. */
export type TokenFacts = {
  scopes: string[];
  clientId: string;
  /** Thumbprint of the key that it is bound to. */
  jkt?: string | undefined;
};

/** What MCP servers need of an authorization server, real or hand-written. */
export type TokenIssuer = {
  issuer: string;
  /** Undefined unless the token is known, alive, not revoked, and meant for `resource`. */
  validate(token: string, resource: string): Promise<TokenFacts | undefined>;
};

export async function validateOpaque(
  provider: Provider,
  token: string,
  resource: string,
): Promise<TokenFacts | undefined> {
  const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
  if (found === undefined || !found.isValid || found.aud !== resource) return undefined;
  return { scopes: (found.scope ?? '').split(' '), clientId: found.clientId, jkt: found.jkt };
}

/** Signature, issuer, audience and time of an RFC 9068 token. Nothing here can know that it was revoked. */
export function validateJwt(
  key: KeyObject,
  issuer: string,
  token: string,
  resource: string,
): TokenFacts | undefined {
  const [head = '', body = '', signature = ''] = token.split('.');
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, string> & {
    exp: number;
  };
  if (claims.iss !== issuer || claims.aud !== resource || claims.exp * 1000 <= Date.now()) return undefined;
  return { scopes: (claims.scope ?? '').split(' '), clientId: claims.client_id ?? '' };
}
