import { type Asked, json, type Serve } from '../fault.ts';
import type { Client, Ledger } from './ledger.ts';
import type { Rules } from './rules.ts';

/** RFC 7591: whoever asks becomes a client. */
export function serveRegistration(ledger: Ledger, rules: Rules): Serve {
  return async (asked) => {
    if (asked.path !== '/register' || asked.method !== 'POST') return undefined;
    const wanted = wishes(asked);
    if (typeof wanted === 'string')
      return json(400, { error: 'invalid_redirect_uri', error_description: wanted });
    const open = wanted.authMethod === 'none' && !rules.secretAnyway;
    const client: Client = {
      ...wanted,
      id: ledger.secret('client-'),
      authMethod: rules.secretAnyway ? 'client_secret_post' : wanted.authMethod,
      secret: open ? undefined : ledger.secret('cs-'),
    };
    ledger.addClient(client);
    return json(201, {
      client_id: client.id,
      ...(client.secret !== undefined && { client_secret: client.secret, client_secret_expires_at: 0 }),
      client_name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: wanted.authMethod,
    });
  };
}

/** What is asked for, or why not. */
function wishes({ json: body }: Asked): Omit<Client, 'id' | 'secret'> | string {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const uris = Array.isArray(given.redirect_uris) ? given.redirect_uris.filter(isRedirect) : [];
  if (uris.length === 0 || uris.length > 10) return 'redirect_uris needs a loopback http or an https URL';
  const method = given.token_endpoint_auth_method;
  return {
    name: typeof given.client_name === 'string' ? given.client_name.slice(0, 80) : 'a client without a name',
    redirectUris: uris,
    authMethod: method === 'none' || method === 'client_secret_post' ? method : 'client_secret_basic',
  };
}

function isRedirect(uri: unknown): uri is string {
  if (typeof uri !== 'string' || uri.length > 1000 || !URL.canParse(uri)) return false;
  const { protocol, hostname, hash } = new URL(uri);
  if (hash !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname))
  );
}
