import { type Asked, json, type Serve } from '../fault.ts';
import type { SandboxOptions } from '../options.ts';
import { type Client, type Grant, type Ledger, provesKey, same } from './ledger.ts';
import type { Rules } from './rules.ts';

/** The token endpoint: codes once, refresh tokens once (RFC 6749 sections 4.1.3 and 6, RFC 9700 section 4.14). */
export function serveTokens(options: SandboxOptions, ledger: Ledger, rules: Rules): Serve {
  function redeem({ form }: Asked, client: Client): Response {
    const code = ledger.code(form.get('code') ?? '');
    if (!code || code.grant.clientId !== client.id) return refused('invalid_grant', 'no such code');
    if (code.used) {
      // RFC 6749 section 4.1.2: somebody else had it first.
      code.grant.revoked = true;
      return refused('invalid_grant', 'the code was used already');
    }
    code.used = true;
    if (code.expires <= options.now()) return refused('invalid_grant', 'the code is over');
    if (form.get('redirect_uri') !== code.redirectUri)
      return refused('invalid_grant', 'another redirect_uri');
    if (!provesKey(form.get('code_verifier') ?? '', code.challenge))
      return refused('invalid_grant', 'the code_verifier does not prove the code_challenge');
    if (rules.resource === 'refused' && form.has('resource'))
      return refused('invalid_target', 'resource is not taken');
    return tokens(code.grant, true);
  }

  function renew({ form }: Asked, client: Client): Response {
    const token = ledger.token(form.get('refresh_token') ?? '', 'refresh');
    if (!token || token.grant.clientId !== client.id || !ledger.isAlive(token))
      return refused('invalid_grant', 'no such refresh token');
    if (token.spent) {
      token.grant.revoked = true;
      return refused('invalid_grant', 'the refresh token was used already: everything of its grant ends');
    }
    token.spent = rules.rotates;
    return tokens(token.grant, rules.rotates);
  }

  function tokens(grant: Grant, withRefresh: boolean): Response {
    const { access, refresh } = ledger.issue(grant, withRefresh);
    return json(200, {
      access_token: access,
      token_type: 'Bearer',
      expires_in: Math.max(1, Math.round(options.accessLifetime / 1000)),
      scope: grant.scopes.join(' '),
      ...(refresh !== undefined && { refresh_token: refresh }),
    });
  }

  return async (asked) => {
    if (asked.path !== '/token' || asked.method !== 'POST') return undefined;
    const client = clientOf(asked, ledger);
    if (!client) return json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic' });
    switch (asked.form.get('grant_type')) {
      case 'authorization_code':
        return redeem(asked, client);
      case 'refresh_token':
        return renew(asked, client);
      default:
        return refused('unsupported_grant_type', 'authorization_code or refresh_token');
    }
  };
}

/** Undefined unless the client is known and proves itself as it was registered. */
export function clientOf({ form, headers }: Asked, ledger: Ledger): Client | undefined {
  const [, basic] = /^Basic (.+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const [id, secret] = basic
    ? Buffer.from(basic, 'base64').toString().split(':').map(formDecoded)
    : [form.get('client_id') ?? undefined, form.get('client_secret') ?? undefined];
  const client = ledger.client(id);
  if (!client) return undefined;
  if (client.secret === undefined) return client;
  if (client.authMethod === 'client_secret_basic' && !basic) return undefined;
  return secret !== undefined && same(secret, client.secret) ? client : undefined;
}

/** RFC 6749 section 2.3.1: form-encoded before it is put into Basic. */
function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? '';
}

function refused(error: string, why: string): Response {
  return json(400, { error, error_description: why });
}
