// Which refusals of a sign-in are worth one more try, and what that one does differently. Pure.

import type { BoundClient } from '../client.ts';

export type Adjustment = { withoutOffline: boolean; omitMethod: boolean; forgetClient: boolean };

export const FIRST_TRY: Adjustment = { withoutOffline: false, omitMethod: false, forgetClient: false };

/** What was refused. */
export type Tried = {
  /** Undefined: nothing was planned yet. */
  plan?: { addedOffline: boolean };
  /** Undefined: there was none yet. */
  client?: Pick<BoundClient, 'source' | 'reused' | 'authMethod'>;
  /** The errors by which a server says that it does not know a client of last time, or not for this grant. */
  clientErrors: readonly string[];
};

/** The next try after `error`; undefined if it would be refused again. Each change is made once. */
export function adjusted(
  last: Adjustment,
  error: string | undefined,
  { plan, client, clientErrors }: Tried,
): Adjustment | undefined {
  if (error === undefined) return undefined;
  if (error === 'invalid_scope' && plan?.addedOffline && !last.withoutOffline)
    return { ...last, withoutOffline: true };
  if (client?.source !== 'registered') return undefined;
  if (client.reused && clientErrors.includes(error)) return { ...last, forgetClient: true };
  if (error === 'unauthorized_client' && client.authMethod === 'none' && !last.omitMethod)
    return { ...last, omitMethod: true, forgetClient: true };
  return undefined;
}
