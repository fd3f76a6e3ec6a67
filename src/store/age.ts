// How long an access token is still good. Pure.

import type { StoredTokens } from './record.ts';

/** Whether the access token is good for a while: until min(300 s, 10 % of its lifetime) before it expires. */
export function isFresh(tokens: StoredTokens, now: number): boolean {
  if (tokens.expiresAt === undefined) return true;
  const lifetime = Math.max(0, tokens.expiresAt - tokens.issuedAt);
  return now < tokens.expiresAt - Math.min(300_000, lifetime / 10);
}

/** Whether the access token is known to be good still, though perhaps not for long. */
export function isAlive({ expiresAt }: StoredTokens, now: number): boolean {
  return expiresAt !== undefined && now < expiresAt;
}
