// Writing a sign-in that another program made into the store: read back before its source may be emptied.
import { StoreError } from '../errors.ts';
import { type StoredRecord, type StoredTokens, serializeRecord } from '../store/record.ts';
import { recordKey } from '../store/record-key.ts';
import type { AuthContext } from './context.ts';
import { findRecord, type Kept, keepRecord } from './keep.ts';

const LOCK_WAIT = 30_000;

/** Whether the same tokens are stored already. */
export function isSame(record: StoredRecord | undefined, { tokens }: { tokens: StoredTokens }): boolean {
  return (
    record?.tokens?.accessToken === tokens.accessToken && record.tokens.refreshToken === tokens.refreshToken
  );
}

/** As findRecord; what another tool keeps in the record's own place, and is about to be taken over, counts as nothing. */
export async function findOwn(ctx: AuthContext, overForeign: boolean): Promise<Kept> {
  try {
    return await findRecord(ctx);
  } catch (error) {
    if (!overForeign || !(error instanceof StoreError) || error.code !== 'foreign_entry') throw error;
    return { key: recordKey(ctx.entry.name, ctx.entry.account), record: undefined };
  }
}

/**
 * Keeps the record and reads it back. `signed_in`: there is another sign-in, which only `force` replaces; `changed`: the
 * place that was to be taken over holds something else by now.
 * @throws StoreError `not_kept` if the store does not give back what it was given, and what stores throw
 */
export async function keepGrant(
  ctx: AuthContext,
  record: StoredRecord,
  options: {
    force: boolean;
    overForeign: boolean;
    adopt: ((value: string) => Promise<boolean>) | undefined;
  },
): Promise<'kept' | 'signed_in' | 'changed'> {
  const { key } = await findOwn(ctx, options.overForeign);
  return ctx.withLock(key, { wait: LOCK_WAIT, signal: ctx.signal }, async () => {
    const { record: now } = await findOwn(ctx, options.overForeign);
    const grant = { tokens: record.tokens as StoredTokens };
    if (now?.tokens && !options.force) return isSame(now, grant) ? 'kept' : 'signed_in';
    if (options.adopt) {
      const value = serializeRecord(record, { allowHttp: ctx.entry.allowHttp });
      if (!(await options.adopt(value))) return 'changed';
    } else await keepRecord(ctx, key, record);
    if (isSame((await findRecord(ctx)).record, grant)) return 'kept';
    throw new StoreError(
      'not_kept',
      `the sign-in to ${ctx.entry.name} was written, and could not be read back`,
      {
        hint: 'nothing was removed from its source; look at what else writes to the token store, and try again',
        server: ctx.entry.name,
      },
    );
  });
}
