import { json, type Serve } from '../fault.ts';
import { type Rules, SCOPES } from './rules.ts';

/** RFC 8414, and the same where OpenID Connect would have it. */
const PATHS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

export function isMetadata(path: string): boolean {
  return PATHS.includes(path);
}

export function serveMetadata(rules: Rules): Serve {
  return async ({ path, method, origins: { authorization: origin } }) => {
    if (method !== 'GET' || !isMetadata(path)) return undefined;
    return json(200, {
      issuer: issuerOf(origin, rules),
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      revocation_endpoint: `${origin}/revoke`,
      scopes_supported: SCOPES,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
  };
}

export function issuerOf(origin: string, { slash }: Rules): string {
  return slash ? `${origin}/` : origin;
}
