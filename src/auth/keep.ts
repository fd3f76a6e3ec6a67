// Finding and keeping the record of one server and account.
//
// The usual place is the key `<server>`. If another URL or another configured client already has its tokens there (two
// checkouts may both call a server "notion"), ours go beside it, so that neither destroys or receives the other's.

import { createHash } from 'node:crypto';
import type { HttpEntry } from '../config/entry.ts';
import { parseRecord, recordKey, type StoredRecord, serializeRecord } from '../store/record.ts';
import type { SecretStore } from '../store/store.ts';
import type { AuthContext } from './context.ts';
import { issuerEquals } from './url.ts';

export type Kept = { key: string; record: StoredRecord | undefined };

/** The usable record of this entry, and the key it has or will have. */
export async function findRecord(ctx: Pick<AuthContext, 'entry' | 'store'>): Promise<Kept> {
  const store = await ctx.store();
  const key = recordKey(ctx.entry.name, ctx.entry.account);
  const record = await read(store, key);
  if (!record || belongsTo(record, ctx.entry)) return { key, record };
  const beside = besideKey(key, ctx.entry);
  const other = await read(store, beside);
  return { key: beside, record: other && belongsTo(other, ctx.entry) ? other : undefined };
}

export async function keepRecord(ctx: Pick<AuthContext, 'store'>, key: string, record: StoredRecord): Promise<void> {
  const store = await ctx.store();
  await store.set(key, serializeRecord(record));
}

/** Tokens go only to the server they were issued for, through the client they were issued to. Pure. */
export function belongsTo(record: StoredRecord, entry: HttpEntry): boolean {
  const { oauth } = entry;
  if (record.url !== entry.url) return false;
  // A configured token endpoint or issuer that changed: the refresh token belongs to the old one.
  if (oauth?.tokenEndpoint !== undefined && oauth.tokenEndpoint !== record.tokenEndpoint) return false;
  if (oauth?.issuer !== undefined && issuerEquals(oauth.issuer, record.issuer) === 'different') return false;
  if (oauth?.clientId !== undefined) return record.client.source === 'configured' && record.client.id === oauth.clientId;
  if (record.client.source === 'configured') return false;
  return record.client.source !== 'document' || record.client.id === oauth?.clientMetadataUrl;
}

/** Every key of a server and account, for forgetting: the usual one and those beside it. */
export function isKeyOf(key: string, server: string, account: string | undefined): boolean {
  const usual = recordKey(server, account);
  return key === usual || (key.startsWith(`${usual}~`) && key.length === usual.length + 9);
}

function besideKey(key: string, entry: HttpEntry): string {
  const identity = JSON.stringify([entry.url, entry.oauth?.clientId, entry.oauth?.tokenEndpoint, entry.oauth?.issuer]);
  return `${key}~${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`;
}

async function read(store: SecretStore, key: string): Promise<StoredRecord | undefined> {
  const value = await store.get(key);
  return value === undefined ? undefined : parseRecord(value, key);
}
