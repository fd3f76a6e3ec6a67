// The end of every sign-in: what came back is kept before it is used.

import type { MachineGrant, SignedRecord, StoredRecord, StoredTokens } from '../store/record.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import { withDestination } from './destination.ts';
import { requireExpected } from './expect.ts';
import { nameOf } from './id-token.ts';
import { findAside, foreignDocument, keepRecord } from './keep.ts';
import type { GrantPlan } from './plan.ts';
import type { Proof } from './proof.ts';
import { withKnownOwner } from './whose.ts';

const LOCK_WAIT = 30_000;

export type Granted = {
  plan: GrantPlan;
  client: BoundClient;
  tokens: StoredTokens;
  /** What the tokens are bound to. */
  proof?: Proof | undefined;
  /** Undefined: a person signed in. */
  grant?: MachineGrant;
};

/** The record, for what a store cannot or need not keep. Pure. */
export function recordOf(ctx: Pick<AuthContext, 'entry'>, granted: Granted): SignedRecord {
  const { entry } = ctx;
  const { plan, client, tokens, grant, proof } = granted;
  const asked = plan.scopes.join(' ');
  return {
    version: 1,
    server: entry.name,
    ...(entry.account !== undefined && { account: entry.account }),
    url: entry.url,
    issuer: plan.server.issuer,
    tokenEndpoint: plan.server.token_endpoint,
    ...(plan.server.revocation_endpoint && { revocationEndpoint: plan.server.revocation_endpoint }),
    ...foreignDocument(entry, plan.server.issuer),
    ...(plan.resource !== undefined && { resource: plan.resource }),
    ...(grant && { grant }),
    client: {
      id: client.id,
      source: client.source,
      authMethod: client.authMethod,
      ...(client.source === 'registered' && client.registered),
    },
    ...(proof && { proofKey: proof.key }),
    // RFC 6749 section 5.1: an answer that does not name the scope granted what was asked for.
    tokens: { ...tokens, ...(!tokens.scope && asked && { scope: asked }) },
  };
}

/**
 * Keeps the record under `key`, and tells of it. A sign-in that it takes the place of, and that nobody would use, is revoked. Tokens of somebody else than the entry expects are not kept, and revoked.
 * @throws StoreError; AuthError `unexpected_account`, `unknown_account`; ProtocolError `unexpected_issuer`
 */
export async function keepTokens(ctx: AuthContext, key: string, granted: Granted): Promise<StoredRecord> {
  const fresh = await withDestination(ctx.entry, recordOf(ctx, granted));
  const record = await withKnownOwner(ctx, fresh, granted.plan.server);
  await refuseOther(ctx, record);
  const { tokens, grant } = granted;
  // Not cancelled by Ctrl-C any more: the code is spent, and the tokens exist nowhere else.
  const lock = { wait: LOCK_WAIT, signal: new AbortController().signal };
  const aside = await ctx.withLock(key, lock, async () => {
    const replaced = await findAside(ctx, key);
    await keepRecord(ctx, key, record);
    return replaced;
  });
  const store = await (await ctx.store()).holder(key);
  ctx.notify({
    kind: 'signed-in',
    issuer: record.issuer,
    expiresAt: tokens.expiresAt,
    refreshable: tokens.refreshToken !== undefined || grant !== undefined,
    store: store.name,
    alone: grant !== undefined,
    ...(record.identity && { who: nameOf(record.identity) }),
  });
  if (aside) {
    const { revokeReplaced } = await import('./forget.ts');
    await revokeReplaced(ctx, aside, record);
  }
  return record;
}

/** A grant that nobody has would live on at the server. */
async function refuseOther(ctx: AuthContext, record: SignedRecord): Promise<void> {
  try {
    requireExpected(ctx.entry, record);
  } catch (error) {
    const { revokeTokens } = await import('./forget.ts');
    // Whatever comes of it: what went wrong before is what counts.
    await revokeTokens(ctx, record).catch(() => undefined);
    throw error;
  }
}
