// The access token of a server for another program's use: renewed if need be, never taken without being asked for.

import type { HttpEntry } from '../config/entry.ts';
import { AuthError, UsageError } from '../errors.ts';
import { onlyTarget, signInEntry } from './target.ts';
import type { Workspace } from './workspace.ts';

export type Access = {
  server: string;
  account?: string;
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  /** ISO 8601; absent where nothing is known of it. */
  expiresAt?: string;
  scope?: string;
};

export type AccessOptions = {
  /** Milliseconds that the token has to be good for. */
  minTtl?: number;
  /** Also on a terminal. */
  show?: boolean;
};

/** `alone`: nothing but the token is wanted, and whoever gets it knows of no other kind than Bearer. */
type Wanted = Pick<AccessOptions, 'minTtl'> & { alone: boolean };

/** The server that is meant, which may be asked for what is secret; throws UsageError `token_to_terminal`. */
export async function handedOver(
  workspace: Workspace,
  named: string[],
  { show = false }: AccessOptions,
): Promise<HttpEntry> {
  const name = await onlyTarget(workspace, named);
  if (workspace.deps.stdout.isTTY && !show) {
    throw new UsageError('token_to_terminal', 'a token is not shown on a terminal', {
      hint: 'pipe it to the program that needs it, or add --show',
      server: name,
    });
  }
  return signInEntry(workspace, name);
}

/**
 * @throws AuthError `login_required`, `token_short_lived`; UsageError `token_provided` where the configuration has a
 * header, `token_bound` for one that is good with our key alone; and all that a renewal throws
 */
export async function accessOf(workspace: Workspace, entry: HttpEntry, wanted: Wanted): Promise<Access> {
  const given = await workspace.provided(entry);
  if (!given) return current(workspace, entry, wanted);
  if (given.value !== undefined)
    return { server: entry.name, ...ownAccount(entry), accessToken: given.value, tokenType: 'Bearer' };
  throw new UsageError('token_provided', `${entry.name} uses the Authorization header in ${given.source}`, {
    hint: `read it there, or remove it to sign in: ${given.source}`,
    server: entry.name,
  });
}

/** The value of the `Authorization` header; a configured one as it is, where it holds no token of the store. */
export async function authorizationOf(
  workspace: Workspace,
  entry: HttpEntry,
  options: AccessOptions,
): Promise<string> {
  const given = await workspace.provided(entry);
  const configured = Object.entries(entry.headers).find(([name]) => name.toLowerCase() === 'authorization');
  if (given && given.value === undefined && configured) return configured[1];
  const { accessToken } = await accessOf(workspace, entry, { ...options, alone: true });
  return `Bearer ${accessToken}`;
}

async function current(
  workspace: Workspace,
  entry: HttpEntry,
  { minTtl = 0, alone }: Wanted,
): Promise<Access> {
  const [{ openBearer }, { findRecord }, { loginRequired }] = await Promise.all([
    import('../auth/bearer.ts'),
    import('../auth/keep.ts'),
    import('../auth/required.ts'),
  ]);
  const auth = await workspace.auth(entry);
  const bearer = openBearer(auth);
  const accessToken = await bearer.current();
  if (accessToken === undefined) throw loginRequired(auth);
  const plain = { server: entry.name, ...ownAccount(entry), accessToken, tokenType: 'Bearer' } as const;
  if (alone && bearer.bound()) throw useless(entry.name);
  if (alone && minTtl === 0) return plain;
  let { tokens } = (await findRecord(auth)).record ?? {};
  const missing = () =>
    tokens?.expiresAt !== undefined && tokens.expiresAt - workspace.deps.now() < minTtl ? tokens : undefined;
  if (missing()) {
    const { refreshNow } = await import('../auth/login.ts');
    tokens = (await refreshNow(auth)).tokens;
    const short = missing();
    if (short) throw shortLived(entry.name, (short.expiresAt ?? 0) - short.issuedAt);
  }
  return {
    ...plain,
    accessToken: tokens?.accessToken ?? accessToken,
    tokenType: bearer.bound() ? 'DPoP' : 'Bearer',
    ...(tokens?.expiresAt !== undefined && { expiresAt: new Date(tokens.expiresAt).toISOString() }),
    ...(tokens?.scope !== undefined && { scope: tokens.scope }),
  };
}

function ownAccount({ account }: HttpEntry): { account?: string } {
  return account === undefined ? {} : { account };
}

/** Whoever puts a bare token behind `Bearer` would be refused, and would not learn why. JSON names the type. */
function useless(name: string): UsageError {
  return new UsageError('token_bound', `the token of ${name} is bound to a key that stays here (DPoP)`, {
    hint: `no other program can use it: call the server through mcp-cli (--json prints the token, with its type)`,
    server: name,
  });
}

function shortLived(server: string, lifetime: number): AuthError {
  const seconds = Math.round(lifetime / 1000);
  return new AuthError('token_short_lived', `tokens of ${server} are good for ${seconds} seconds at most`, {
    hint: `ask for no more: --min-ttl ${seconds}s or less`,
    server,
  });
}
