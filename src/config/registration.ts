import { issuerFault, redirectFault, urlFault } from './address.ts';
import { type Around, type Block, block, expandBlock, refuse } from './block.ts';
import type { DynamicRegistration } from './entry.ts';
import { REGISTRATION } from './keys.ts';
import type { Place } from './place.ts';
import { check } from './schema.ts';

/**
 * Reads `dynamic_registration` (RFC 7591); `false` is short for `{"enabled": false}`.
 * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
 */
export function toRegistration(
  value: unknown,
  place: Place,
  allowHttp: boolean,
  around: Around,
): DynamicRegistration | undefined {
  if (value === undefined) return undefined;
  const written = typeof value === 'boolean' ? { enabled: value } : value;
  const fields = expandBlock(block(written, REGISTRATION, place, around.warn), around.env, []);
  const { enabled = true, issuer, registration_endpoint: endpoint, ...rest } = check('registration', fields);
  if (issuer !== undefined) refuse(issuerFault(issuer, allowHttp), fields, 'issuer');
  if (endpoint !== undefined) refuse(urlFault(endpoint, allowHttp), fields, 'registration_endpoint');
  checkRedirects(rest.metadata?.redirect_uris, fields, allowHttp);
  return {
    enabled,
    issuer,
    registrationEndpoint: endpoint,
    metadata: rest.metadata,
    initialAccessToken: rest.initial_access_token,
  };
}

function checkRedirects(redirects: unknown, fields: Block, allowHttp: boolean): void {
  if (redirects === undefined) return;
  const hint = 'write ["http://localhost:8080/callback"]';
  if (!Array.isArray(redirects) || redirects.length === 0) {
    refuse({ said: 'must be a list of URLs', hint }, fields, 'metadata', 'redirect_uris');
    return;
  }
  for (const [index, redirect] of redirects.entries()) {
    const fault =
      typeof redirect === 'string'
        ? redirectFault(redirect, allowHttp)
        : { said: 'must be a URL in quotes', hint };
    refuse(fault, fields, 'metadata', 'redirect_uris', index);
  }
}
