// Stored tokens for a server's headers and variables, and where else a stored token is used: read when it is needed, and
// never when it is over.
import type { ServerEntry } from '../config/entry.ts';
import { AuthError, ConfigError } from '../errors.ts';
import type { Secrets } from '../store/store.ts';
import { isOver, parseToken, type TokenName, tokenKey } from '../store/token.ts';
import { typed } from '../typed.ts';

/**
 * The entry with the stored tokens that it names; the store is opened if it names any.
 * Throws ConfigError `missing_token`, `invalid_token`, AuthError `token_expired`, StoreError.
 */
export async function withStoredTokens(
  entry: ServerEntry,
  store: () => Promise<Secrets>,
  now: () => number,
): Promise<ServerEntry> {
  const { fillIn } = await import('../config/tokens.ts');
  return fillIn(entry, async (token) => {
    if (token.namespace === 'oauth') throw signInInstead(entry);
    const key = tokenKey(token);
    const text = await (await store()).get(key);
    if (text === undefined) throw missing(token, entry);
    const stored = parseToken(text, key);
    if (isOver(stored, now())) throw tokenExpired(token, entry.name);
    return stored.value;
  });
}

export function tokenExpired(token: TokenName, server?: string): AuthError {
  const { namespace, name } = token;
  return new AuthError('token_expired', `the stored token ${namespace}:${name} has expired`, {
    hint: `set a new one: ${setCommand(token)}`,
    server,
  });
}

function missing(token: TokenName, { path, name: server }: ServerEntry): ConfigError {
  const { namespace, name } = token;
  return new ConfigError(
    'missing_token',
    `${path} needs the token ${namespace}:${name}, which is not stored`,
    {
      hint: `store it: ${setCommand(token)}\nsee what is stored: mcp-cli token list`,
      server,
    },
  );
}

/** It was issued for one server, is renewed for that one, and goes to no other. */
function signInInstead({ path, name }: ServerEntry): ConfigError {
  return new ConfigError(
    'unsupported_reference',
    `${path} refers to a sign-in, which goes to its own server only`,
    {
      hint: 'give the token to another program with: mcp-cli auth token NAME',
      server: name,
    },
  );
}

export function setCommand({ namespace, name }: TokenName): string {
  if (namespace === 'provider') return typed('mcp-cli', 'token', 'set-provider', name);
  const within = namespace === 'bearer' ? [] : ['--namespace', namespace];
  return typed('mcp-cli', 'token', 'set', name, ...within);
}
