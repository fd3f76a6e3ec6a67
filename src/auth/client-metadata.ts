// What we say of ourselves to authorization servers. Pure.

import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { loopbackRedirect } from '../url.ts';

/** Of every client that we are, registered or hosted (RFC 7591 section 2). */
export const OURSELVES = {
  // Loopback redirects are for native applications; servers that assume `web` refuse them (OIDC registration).
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  // Asked for by name: some servers that list only `none` hand out a secret to whoever does not say.
  token_endpoint_auth_method: 'none',
};

export const OUR_NAME = 'mcp-cli';

/** The client id metadata document for `url`, which is the client's id (MCP client registration, Implementation Requirements). */
export function clientMetadata(
  url: string,
  redirects: readonly string[],
  { name = OUR_NAME, key }: { name?: string | undefined; key?: JsonWebKey | undefined } = {},
) {
  const signs = key && { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } };
  return { client_id: url, client_name: name, redirect_uris: [...redirects], ...OURSELVES, ...signs };
}

/** The public half of a private key (PEM, or a JWK with its `kid`), to be published; undefined: it is none. */
export function publicKeyOf(text: string): JsonWebKey | undefined {
  try {
    const jwk = text.trimStart().startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : undefined;
    const key = jwk ? createPrivateKey({ key: jwk, format: 'jwk' }) : createPrivateKey(text);
    const kid = typeof jwk?.kid === 'string' ? { kid: jwk.kid } : {};
    // Out of the public key, so that nothing of the private one can be left in it.
    return { ...createPublicKey(key).export({ format: 'jwk' }), use: 'sig', ...kid };
  } catch {
    // Whatever is wrong with it, the error may quote it.
    return undefined;
  }
}

/** Whether the answer to a sign-in can be awaited there. */
export function isListenedOn(redirect: string): boolean {
  return loopbackRedirect(redirect) !== undefined;
}
