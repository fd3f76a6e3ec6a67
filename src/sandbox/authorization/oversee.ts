import { json, type Serve } from '../fault.ts';
import { type Ledger, same } from './ledger.ts';
import { clientOf } from './token.ts';

/** RFC 7009: for the client that a token belongs to. An unknown token is revoked enough. */
export function serveRevocation(ledger: Ledger): Serve {
  return async (asked) => {
    if (asked.path !== '/revoke' || asked.method !== 'POST') return undefined;
    const client = clientOf(asked, ledger);
    if (!client) return json(401, { error: 'invalid_client' });
    const value = asked.form.get('token') ?? '';
    const token = ledger.token(value, 'access') ?? ledger.token(value, 'refresh');
    if (token?.grant.clientId === client.id) ledger.revoke(value);
    return new Response(null, { status: 200 });
  };
}

/** RFC 7662, for the other half alone: `internal` is what the two share. */
export function serveIntrospection(ledger: Ledger, internal: string): Serve {
  return async ({ path, method, form, headers }) => {
    if (path !== '/introspect' || method !== 'POST') return undefined;
    if (!same(headers.get('authorization') ?? '', `Bearer ${internal}`))
      return json(401, { error: 'invalid_token' });
    const token = ledger.token(form.get('token') ?? '', 'access');
    if (!token || !ledger.isAlive(token)) return json(200, { active: false });
    const { grant, expires } = token;
    return json(200, {
      active: true,
      client_id: grant.clientId,
      scope: grant.scopes.join(' '),
      aud: grant.resource,
      exp: Math.floor(expires / 1000),
      sub: grant.subject,
    });
  };
}
