// Stored tokens as commands name and show them.
import { UsageError } from '../errors.ts';
import type { Secrets, StoreName } from '../store/store.ts';
import {
  isOver,
  parseToken,
  type StoredToken,
  splitTokenKey,
  type TokenName,
  type TokenType,
  tokenKeys,
} from '../store/token.ts';
import { typed } from '../typed.ts';

/** What may be shown of a token: its value is not in it. Moments are ISO 8601. */
export type TokenDescription = {
  namespace: string;
  name: string;
  type: TokenType | 'oauth' | 'unknown';
  provider?: string;
  createdAt?: string;
  expiresAt?: string;
  expired: boolean;
  /** Absent where an entry cannot be read. */
  store?: StoreName;
};

export function describeToken(
  { namespace, name }: TokenName,
  token: StoredToken,
  store: StoreName,
  now: number,
): TokenDescription {
  const { type, provider, createdAt, expiresAt } = token;
  return {
    namespace,
    name,
    type,
    ...(provider !== undefined && { provider }),
    ...(createdAt !== undefined && { createdAt: new Date(createdAt).toISOString() }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    expired: isOver(token, now),
    store,
  };
}

/** Undefined if there is none. Throws StoreError. */
export async function readToken(store: Secrets, key: string): Promise<StoredToken | undefined> {
  const text = await store.get(key);
  return text === undefined ? undefined : parseToken(text, key);
}

/**
 * The key of the one token of this name; undefined if there is none.
 * Throws UsageError `ambiguous_name` if it is in several namespaces and none is said.
 */
export async function findToken(
  store: Secrets,
  name: string,
  namespace: string | undefined,
): Promise<string | undefined> {
  const found = tokenKeys(await store.list()).filter((key) => {
    const own = splitTokenKey(key);
    return own.name === name && (namespace === undefined || own.namespace === namespace);
  });
  if (found.length < 2) return found[0];
  const within = found.map((key) => splitTokenKey(key).namespace);
  throw new UsageError('ambiguous_name', `there are several tokens called ${name}: in ${within.join(', ')}`, {
    hint: `say which, for example: ${typed('--namespace', within[0] ?? '')}`,
  });
}
