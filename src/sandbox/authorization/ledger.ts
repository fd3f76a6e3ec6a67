// What the authorization server remembers, in memory: clients, and what was granted to them.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { SandboxOptions } from '../options.ts';

export type Client = {
  id: string;
  secret: string | undefined;
  authMethod: 'none' | 'client_secret_post' | 'client_secret_basic';
  name: string;
  redirectUris: string[];
};

/** One consent, and everything that came of it: revoked as a whole. */
export type Grant = {
  clientId: string;
  /** Who consented. */
  subject: string;
  scopes: string[];
  resource: string;
  revoked: boolean;
};

export type Code = { grant: Grant; challenge: string; redirectUri: string; expires: number; used: boolean };

type Token = { grant: Grant; kind: 'access' | 'refresh'; expires: number; spent: boolean };

export type Issued = { access: string; refresh: string | undefined };

/** Entries of each kind; the oldest go first. A sandbox is no memory leak. */
const LIMIT = 2000;

export type Ledger = ReturnType<typeof openLedger>;

export function openLedger(
  options: Pick<SandboxOptions, 'now' | 'random' | 'accessLifetime' | 'refreshLifetime'>,
) {
  const { now, accessLifetime, refreshLifetime } = options;
  const clients = new Map<string, Client>();
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Token>();

  function secret(prefix: string): string {
    return `${prefix}${Buffer.from(options.random(24)).toString('base64url')}`;
  }

  function keep<T>(map: Map<string, T>, key: string, value: T): void {
    map.set(key, value);
    const [oldest] = map.keys();
    if (map.size > LIMIT && oldest !== undefined) map.delete(oldest);
  }

  return {
    secret,
    client: (id: string | undefined) => (id === undefined ? undefined : clients.get(id)),
    addClient(client: Client): void {
      keep(clients, client.id, client);
    },
    addCode(grant: Grant, challenge: string, redirectUri: string): string {
      const code = secret('code-');
      keep(codes, code, { grant, challenge, redirectUri, expires: now() + 60_000, used: false });
      return code;
    },
    code: (value: string) => codes.get(value),
    issue(grant: Grant, withRefresh: boolean): Issued {
      const access = secret('at-');
      keep(tokens, access, { grant, kind: 'access', expires: now() + accessLifetime, spent: false });
      if (!withRefresh) return { access, refresh: undefined };
      const refresh = secret('rt-');
      keep(tokens, refresh, { grant, kind: 'refresh', expires: now() + refreshLifetime, spent: false });
      return { access, refresh };
    },
    token(value: string, kind: Token['kind']): Token | undefined {
      const found = tokens.get(value);
      return found?.kind === kind ? found : undefined;
    },
    isAlive: ({ grant, expires }: Token) => !grant.revoked && expires > now(),
    /** RFC 7009: whichever kind it is, everything of its grant ends. */
    revoke(value: string): void {
      const found = tokens.get(value);
      if (found) found.grant.revoked = true;
    },
  };
}

/** RFC 7636 section 4.6, S256. */
export function provesKey(verifier: string, challenge: string): boolean {
  return same(createHash('sha256').update(verifier).digest('base64url'), challenge);
}

export function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
