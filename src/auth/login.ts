// Signing in: one straight story, from what is configured to tokens that are kept.

import { isFresh } from '../store/age.ts';
import type { StoredRecord } from '../store/record.ts';
import { askForChallenge } from './ask.ts';
import { hasConfiguredEndpoints, machineGrant, maySignIn, requireEnabled } from './binding.ts';
import type { Challenge } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { tellAgain } from './destination.ts';
import { discover } from './discover.ts';
import { unexpected } from './expect.ts';
import { findRecord, type Kept } from './keep.ts';
import type { PlanFacts } from './plan.ts';
import { renew } from './renew.ts';
import { loginRequired } from './required.ts';
import { coversScopes, scopeList, unionScopes } from './scope.ts';

export type SignInOptions = {
  /** Sign in although there are good tokens. */
  force?: boolean;
  /** Scopes needed on top of the usual ones and of those granted before (step-up). */
  scopes?: readonly string[];
  /** What the server said when it refused; left out, the server is asked. */
  challenge?: Challenge | undefined;
  /** The access token that the server just refused. */
  rejected?: string | undefined;
};

/** For what comes after the person has answered. */
const LOCK_MARGIN = 30_000;

/**
 * Signs in and keeps the tokens, or takes over the result of another process that signs in to the same server and
 * account: one browser at a time on a machine for them, and one in this command for all servers.
 * @throws AuthError `oauth_disabled`, `login_required` where nobody is there to sign in; and all that can go wrong on
 * the way
 */
export async function signIn(ctx: AuthContext, options: SignInOptions = {}): Promise<StoredRecord> {
  requireEnabled(ctx.entry);
  if (!maySignIn(ctx)) throw loginRequired(ctx, options.scopes);
  const before = await findRecord(ctx);
  const unwanted = options.rejected ?? (options.force ? before.record?.tokens?.accessToken : undefined);
  const lock = {
    wait: ctx.loginTimeout + LOCK_MARGIN,
    signal: ctx.signal,
    onWait: () => ctx.notify({ kind: 'waiting-for-other-process' }),
  };
  const alone = async () => {
    const kept = await findRecord(ctx);
    const tokens = kept.record?.tokens;
    const good = tokens && tokens.accessToken !== unwanted && isFresh(tokens, ctx.now());
    const done = good && kept.record && !unexpected(ctx.entry, kept.record);
    if (kept.record && done && (options.force || coversScopes(tokens.scope, options.scopes ?? [])))
      return kept.record;
    return enter(ctx, kept, options);
  };
  const locked = () => ctx.withLock(`${before.key}.login`, lock, alone);
  return machineGrant(ctx.entry) ? locked() : ctx.inTurn(locked);
}

async function enter(ctx: AuthContext, kept: Kept, options: SignInOptions): Promise<StoredRecord> {
  const facts = () => factsOf(ctx, kept, options);
  const machine = machineGrant(ctx.entry);
  if (machine) {
    const { enterAlone } = await import('./grants/machine.ts');
    return enterAlone(ctx, kept, machine, await facts());
  }
  if (ctx.rounds.left <= 0) throw loginRequired(ctx, options.scopes);
  if (ctx.device || ctx.entry.oauth?.grantType === 'device_code') {
    const { enterByDevice } = await import('./grants/device.ts');
    return enterByDevice(ctx, kept, facts);
  }
  const { enterByBrowser } = await import('./grants/browser.ts');
  return enterByBrowser(ctx, kept, facts);
}

/** What the way in is decided by. Configured endpoints need nobody to be asked. */
async function factsOf(ctx: AuthContext, { record }: Kept, options: SignInOptions): Promise<PlanFacts> {
  const { challenge, scopes } = options;
  const facts = {
    record,
    // The new scope alone would lose the others (MCP authorization, Step-Up Authorization Flow).
    stepUp: scopes?.length ? unionScopes(scopeList(record?.tokens?.scope), scopes) : [],
    forgetClient: false,
    withoutOffline: false,
    now: ctx.now(),
  };
  if (hasConfiguredEndpoints(ctx.entry.oauth)) return { ...facts, challenge, discovery: undefined };
  if (!machineGrant(ctx.entry)) ctx.notify({ kind: 'discovering' });
  const asked = 'challenge' in options ? challenge : await askForChallenge(ctx);
  const discovery = await discover(ctx, asked);
  await tellAgain(ctx, record, discovery.server.issuer);
  return { ...facts, challenge: asked, discovery };
}

/** Refreshes now, whether or not the token is still good. Throws what `renew` and `signIn` throw. */
export async function refreshNow(ctx: AuthContext): Promise<StoredRecord> {
  const { key, record } = await findRecord(ctx);
  if (!record?.tokens?.refreshToken && machineGrant(ctx.entry)) return signIn(ctx, { force: true });
  const token = record?.tokens?.accessToken;
  return renew(ctx, key, token === undefined ? undefined : { token, refused: false });
}
