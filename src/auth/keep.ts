// Finding and keeping the record of one server and account.
//
// The usual place is the key `<server>`. If another URL or another configured client already has its tokens there (two
// checkouts may both call a server "notion"), ours go beside it, so that neither destroys or receives the other's.

import { createHash } from 'node:crypto';
import type { HttpEntry } from '../config/entry.ts';
import { StoreError } from '../errors.ts';
import { parseRecord, type StoredRecord, serializeRecord } from '../store/record.ts';
import { recordKey } from '../store/record-key.ts';
import { issuerEquals } from '../url.ts';
import { machineGrant } from './binding.ts';
import type { AuthContext } from './context.ts';
import { isMetadataUrlOf } from './well-known.ts';

export type Kept = {
  key: string;
  /** Without its tokens, if they are bound to a key and must not be, or are not and must be. */
  record: StoredRecord | undefined;
  /** The same with those tokens: nobody uses them any more, and whoever takes their place ends them. */
  aside?: StoredRecord;
};

type Keeping = Pick<AuthContext, 'entry' | 'store'>;

/** The usable record of this entry, and the key it has or will have. Throws StoreError. */
export async function findRecord(ctx: Keeping): Promise<Kept> {
  const { name, account } = ctx.entry;
  const key = recordKey(name, account);
  const record = await read(ctx, key);
  if (!record || belongsTo(record, ctx.entry)) return asWanted(key, record, ctx.entry);
  const beside = recordKey(name, account, variantOf(ctx.entry));
  const other = await read(ctx, beside);
  return asWanted(beside, other && belongsTo(other, ctx.entry) ? other : undefined, ctx.entry);
}

/** What a new sign-in under `key` takes the place of, if nobody would have used it any more. What cannot be read is nothing. */
export async function findAside(ctx: Keeping, key: string): Promise<StoredRecord | undefined> {
  if (ctx.entry.oauth?.dpop === undefined) return undefined;
  try {
    const kept = await findRecord(ctx);
    return kept.key === key ? kept.aside : undefined;
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

/** Durable when it resolves. Throws StoreError. */
export async function keepRecord(ctx: Keeping, key: string, record: StoredRecord): Promise<void> {
  const store = await ctx.store();
  await store.set(key, serializeRecord(record, { allowHttp: ctx.entry.allowHttp }));
}

/** Tokens go only to the server they were issued for, through the client they were issued to. Pure. */
function belongsTo(record: StoredRecord, entry: HttpEntry): boolean {
  const { oauth } = entry;
  if (record.url !== entry.url) return false;
  // A configured token endpoint or issuer that changed: the refresh token belongs to the old one.
  if (oauth?.tokenEndpoint !== undefined && oauth.tokenEndpoint !== record.tokenEndpoint) return false;
  const pinned = oauth?.issuer ?? oauth?.dynamicRegistration?.issuer;
  if (pinned !== undefined && issuerEquals(pinned, record.issuer) === 'different') return false;
  // A document elsewhere can claim any issuer, and have its secrets sent to endpoints of its own.
  if (foreignDocument(entry, record.issuer).metadataUrl !== record.metadataUrl) return false;
  // What a service was given is not what a person was given.
  if (record.grant !== machineGrant(entry)) return false;
  if (oauth?.clientId !== undefined)
    return record.client.source === 'configured' && record.client.id === oauth.clientId;
  if (record.client.source === 'configured') return false;
  return record.client.source !== 'document' || record.client.id === oauth?.clientMetadataUrl;
}

function asWanted(key: string, record: StoredRecord | undefined, { oauth }: HttpEntry): Kept {
  if (!record?.tokens || oauth?.dpop === undefined) return { key, record };
  const { tokens, ...rest } = record;
  return oauth.dpop === (tokens.tokenType === 'DPoP')
    ? { key, record }
    : { key, record: rest, aside: record };
}

/** A configured metadata document that does not lie where this issuer's own would. Pure. */
export function foreignDocument({ oauth }: HttpEntry, issuer: string): Pick<StoredRecord, 'metadataUrl'> {
  const url = oauth?.discoveryUrl;
  return url === undefined || isMetadataUrlOf(issuer, url) ? {} : { metadataUrl: url };
}

/** Eight characters that stand for what makes an entry another one than its namesake. */
function variantOf({ url, oauth }: HttpEntry): string {
  const pinned = oauth?.issuer ?? oauth?.dynamicRegistration?.issuer;
  const identity = JSON.stringify([url, oauth?.clientId, oauth?.tokenEndpoint, pinned, oauth?.discoveryUrl]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 8);
}

async function read(ctx: Keeping, key: string): Promise<StoredRecord | undefined> {
  const value = await (await ctx.store()).get(key);
  return value === undefined ? undefined : parseRecord(value, key, { allowHttp: ctx.entry.allowHttp });
}
