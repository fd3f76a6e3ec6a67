// A small authorization server's memory and rules, without HTTP. It stands in where a certified one cannot: for the
// 2025-03-26 default endpoints and for the deviations of real servers, which each put their own face before it.
import { createHash, randomBytes } from 'node:crypto';
import type { TokenFacts } from './token-check.ts';

type LedgerClient = { id: string; secret: string | undefined; redirectUris: string[] };
type Grant = { clientId: string; scopes: string[]; resource: string | undefined };
type Code = Grant & { challenge: string | undefined; redirectUri: string };
type Access = Grant & { until: number };

type Issued = { accessToken: string; refreshToken: string; grant: Grant };

/** Why a token request is refused, in the terms of RFC 6749; each server says it in its own. */
export class Refused extends Error {
  readonly error: 'invalid_client' | 'invalid_grant' | 'invalid_request';

  constructor(error: 'invalid_client' | 'invalid_grant' | 'invalid_request') {
    super(error);
    this.error = error;
  }
}

export type Ledger = {
  register(redirectUris: string[], withSecret: boolean): LedgerClient;
  client(id: string | undefined): LedgerClient | undefined;
  /** Returns a code for an authorization request's parameters. */
  authorize(params: Record<string, string>): string;
  /** Throws Refused. */
  exchange(params: Record<string, string>): Issued;
  /** Throws Refused. With `keepOld` the old refresh token goes on working. */
  refresh(params: Record<string, string>, keepOld?: boolean): Issued;
  facts(accessToken: string): TokenFacts | undefined;
  /** Every access token ends now. */
  forgetAccessTokens(): void;
  forgetRefreshTokens(): void;
};

/** `lifetime` of an access token in seconds. */
export function ledger(lifetime = 900): Ledger {
  const clients = new Map<string, LedgerClient>();
  const codes = new Map<string, Code>();
  const accesses = new Map<string, Access>();
  const refreshes = new Map<string, Grant>();

  function issue(grant: Grant): Issued {
    const accessToken = random('at');
    const refreshToken = random('rt');
    accesses.set(accessToken, { ...grant, until: Date.now() + lifetime * 1000 });
    refreshes.set(refreshToken, grant);
    return { accessToken, refreshToken, grant };
  }

  return {
    register(redirectUris, withSecret) {
      const client = { id: random('client'), secret: withSecret ? random('cs') : undefined, redirectUris };
      clients.set(client.id, client);
      return client;
    },
    client: (id) => clients.get(id ?? ''),
    authorize({
      client_id = '',
      scope = '',
      resource,
      code_challenge: challenge,
      redirect_uri: redirectUri = '',
    }) {
      const code = random('code');
      codes.set(code, { clientId: client_id, scopes: words(scope), resource, challenge, redirectUri });
      return code;
    },
    exchange({ code = '', client_id = '', redirect_uri, code_verifier = '' }) {
      const found = codes.get(code);
      codes.delete(code);
      if (found === undefined || found.clientId !== client_id) throw new Refused('invalid_grant');
      if (found.redirectUri !== redirect_uri) throw new Refused('invalid_grant');
      if (found.challenge !== undefined && found.challenge !== s256(code_verifier))
        throw new Refused('invalid_grant');
      const { clientId, scopes, resource } = found;
      return issue({ clientId, scopes, resource });
    },
    refresh({ refresh_token = '', client_id = '' }, keepOld = false) {
      const grant = refreshes.get(refresh_token);
      if (grant === undefined || grant.clientId !== client_id) throw new Refused('invalid_grant');
      if (!keepOld) refreshes.delete(refresh_token);
      return issue(grant);
    },
    facts(accessToken) {
      const found = accesses.get(accessToken);
      if (found === undefined || found.until <= Date.now()) return undefined;
      return { scopes: found.scopes, clientId: found.clientId };
    },
    forgetAccessTokens: () => accesses.clear(),
    forgetRefreshTokens: () => refreshes.clear(),
  };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function random(kind: string): string {
  return `${kind}_${randomBytes(24).toString('base64url')}`;
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
