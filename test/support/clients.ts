import { generateKeyPairSync } from 'node:crypto';
import { registerSecret } from './secrets.ts';

/** A client as an administrator would have entered it at the authorization server. */
export type StaticClient = {
  client_id: string;
  client_secret?: string;
  token_endpoint_auth_method: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
  /** Public keys. */
  jwks?: { keys: object[] };
  application_type: 'native' | 'web';
  redirect_uris: string[];
  grant_types: string[];
  response_types: string[];
};

/**
 * A client per authentication method. Identifiers and secrets hold the characters that Basic needs to have
 * form-encoded first (RFC 6749 §2.3.1) and that a body needs to have percent-encoded.
 * A native client's loopback redirect matches on any port (RFC 8252 §7.3).
 */
export function staticClient(
  method: 'none' | 'post' | 'basic',
  redirectUris = [
    'http://127.0.0.1/callback',
    'http://localhost/callback',
    'http://localhost/oauth/callback',
  ],
): StaticClient {
  const common = {
    redirect_uris: redirectUris,
    application_type: 'native' as const,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  if (method === 'none') return { ...common, client_id: 'public-client', token_endpoint_auth_method: 'none' };
  return {
    ...common,
    client_id: `${method} client:1%2B+&=/?`,
    client_secret: registerSecret(`${method}-s3cret: %3A+&=/?"<~`, 'client_secret'),
    token_endpoint_auth_method: method === 'post' ? 'client_secret_post' : 'client_secret_basic',
  };
}

/** A client that signs in for itself: no person, no redirect. */
export function serviceClient(
  method: 'post' | 'basic' | 'key',
  grant = 'client_credentials',
): StaticClient & { pem?: string } {
  const common = {
    client_id: `service ${method}`,
    application_type: 'web' as const,
    redirect_uris: [],
    grant_types: [grant],
    response_types: [],
  };
  if (method !== 'key') {
    const { client_secret, token_endpoint_auth_method } = staticClient(method);
    return { ...common, client_secret: client_secret as string, token_endpoint_auth_method };
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    ...common,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    pem: registerSecret(pem, 'private_key'),
  };
}
