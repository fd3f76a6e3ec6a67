import { registerSecret } from './secrets.ts';

/** A client as an administrator would have entered it at the authorization server. */
export type StaticClient = {
  client_id: string;
  client_secret?: string;
  token_endpoint_auth_method: 'none' | 'client_secret_post' | 'client_secret_basic';
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
