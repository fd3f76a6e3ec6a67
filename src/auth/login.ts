// Signing in: one straight story, from what is configured to tokens that are kept.

import * as oauth from 'oauth4webapi';
import { AuthError, CliError } from '../errors.ts';
import { isFresh, type StoredRecord } from '../store/record.ts';
import { isSafeBrowserUrl } from '../url.ts';
import { askForChallenge } from './ask.ts';
import { authorizationUrl, judgeCallback } from './authorize.ts';
import { configuredSecret, hasConfiguredEndpoints, requireEnabled, requireKnownGrant } from './binding.ts';
import type { Challenge } from './challenge.ts';
import { type BoundClient, bindClient } from './client.ts';
import type { AuthContext } from './context.ts';
import { discover } from './discover.ts';
import { findRecord, type Kept } from './keep.ts';
import { type AuthPlan, type PlanFacts, planSignIn } from './plan.ts';
import { redeem } from './redeem.ts';
import { loginCommand, loginRequired } from './required.ts';
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

/** What a second try does differently, after an error that says so. */
type Adjustment = { withoutOffline: boolean; omitMethod: boolean; forgetClient: boolean };

/** What the failed round was like. */
type Trace = { plan?: AuthPlan; client?: BoundClient };

/** For what comes after the person has answered. */
const LOCK_MARGIN = 30_000;

/**
 * Signs in and keeps the tokens, or takes over the result of another process that signs in to the same server and
 * account: one browser at a time on a machine for them, and one in this command for all servers.
 * @throws AuthError `oauth_disabled`, `login_required` where nobody is there to sign in; ConfigError
 * `grant_unsupported`; and all that can go wrong on the way
 */
export async function signIn(ctx: AuthContext, options: SignInOptions = {}): Promise<StoredRecord> {
  requireEnabled(ctx.entry);
  requireKnownGrant(ctx.entry);
  if (!ctx.interactive) throw loginRequired(ctx, options.scopes);
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
    const done = tokens && tokens.accessToken !== unwanted && isFresh(tokens, ctx.now());
    if (kept.record && done && (options.force || coversScopes(tokens.scope, options.scopes ?? [])))
      return kept.record;
    return attempts(ctx, kept, options);
  };
  return ctx.inTurn(() => ctx.withLock(`${before.key}.login`, lock, alone));
}

async function attempts(ctx: AuthContext, kept: Kept, options: SignInOptions): Promise<StoredRecord> {
  if (ctx.rounds.left <= 0) throw loginRequired(ctx, options.scopes);
  ctx.notify({ kind: 'required' });
  // A code is good for one exchange: tokens that cannot be kept are lost, and the person has consented for nothing.
  await (await ctx.store()).ready(kept.key);
  const found = await find(ctx, options);
  const adjustment: Adjustment = { withoutOffline: false, omitMethod: false, forgetClient: false };
  for (;;) {
    const trace: Trace = {};
    try {
      return await attempt(ctx, kept, options, found, adjustment, trace);
    } catch (error) {
      if (ctx.rounds.left > 0 && adjust(adjustment, error, trace)) continue;
      throw error;
    }
  }
}

type Found = Pick<PlanFacts, 'challenge' | 'discovery'>;

/** Once, however many rounds there are. Configured endpoints need nobody to be asked. */
async function find(ctx: AuthContext, options: SignInOptions): Promise<Found> {
  if (hasConfiguredEndpoints(ctx.entry.oauth)) return { challenge: options.challenge, discovery: undefined };
  ctx.notify({ kind: 'discovering' });
  const challenge = 'challenge' in options ? options.challenge : await askForChallenge(ctx);
  return { challenge, discovery: await discover(ctx, challenge) };
}

/** Pure but for `adjustment`: which refusals are worth one more round, each once. */
function adjust(adjustment: Adjustment, error: unknown, { plan, client }: Trace): boolean {
  const code = error instanceof CliError ? error.code : undefined;
  if (code === 'invalid_scope' && plan?.addedOffline && !adjustment.withoutOffline) {
    adjustment.withoutOffline = true;
    return true;
  }
  if (client?.source !== 'registered') return false;
  if (code === 'unauthorized_client' && client.authMethod === 'none' && !adjustment.omitMethod) {
    adjustment.omitMethod = true;
    adjustment.forgetClient = true;
    return true;
  }
  // A registration of last time that the server has forgotten.
  if (code === 'invalid_client' && client.reused) {
    adjustment.forgetClient = true;
    return true;
  }
  return false;
}

async function attempt(
  ctx: AuthContext,
  kept: Kept,
  options: SignInOptions,
  found: Found,
  adjustment: Adjustment,
  trace: Trace,
): Promise<StoredRecord> {
  const { entry } = ctx;
  const record = adjustment.forgetClient ? undefined : kept.record;
  const plan = planSignIn(entry, {
    ...found,
    record: kept.record,
    forgetClient: adjustment.forgetClient,
    // The new scope alone would lose the others (MCP authorization, Step-Up Authorization Flow).
    stepUp: options.scopes?.length ? unionScopes(scopeList(kept.record?.tokens?.scope), options.scopes) : [],
    withoutOffline: adjustment.withoutOffline,
    now: ctx.now(),
  });
  trace.plan = plan;
  const secret = configuredSecret(entry.oauth);
  if (secret && !kept.record) {
    const text = `the ${secret.name} of ${entry.name} goes to ${plan.server.issuer}`;
    ctx.notify({ kind: 'notice', level: 'info', text });
  }
  // A public server could have the browser call a router, or a service of this machine, in its place.
  if (plan.source !== 'configured') await ctx.mayVisit(plan.server.authorization_endpoint);
  const state = oauth.generateRandomState();
  const verifier = plan.pkce ? oauth.generateRandomCodeVerifier() : undefined;
  const bound = await bindClient(ctx, plan, { record, state, omitMethod: adjustment.omitMethod });
  trace.client = bound.client;
  try {
    const params = await askPerson(ctx, plan, bound, state, verifier);
    ctx.notify({ kind: 'exchanging' });
    return await redeem(ctx, kept.key, plan, bound, { params, verifier });
  } finally {
    await bound.listener.close();
  }
}

type Bound = Awaited<ReturnType<typeof bindClient>>;

/** Shows and opens the authorization URL, and waits for the one valid answer. */
async function askPerson(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener }: Bound,
  state: string,
  verifier: string | undefined,
): Promise<URLSearchParams> {
  const { redirectUri } = listener;
  const challenge = verifier && (await oauth.calculatePKCECodeChallenge(verifier));
  const url = authorizationUrl(plan, { clientId: client.id, redirectUri, state, challenge });
  if (!isSafeBrowserUrl(url, ctx.entry.allowHttp)) {
    throw new AuthError(
      'unsafe_authorization_url',
      `${plan.server.issuer} names a sign-in page that must not be opened`,
      {
        hint: 'tell the operator of the authorization server',
        server: ctx.entry.name,
      },
    );
  }
  ctx.rounds.left--;
  ctx.notify({ kind: 'open', url, opened: ctx.browser, redirectUri, timeout: ctx.loginTimeout });
  if (ctx.browser) {
    // Not awaited: the answer may come before the opener ends, and an opener that fails is no failed sign-in.
    ctx.openUrl(listener.startUrl(url)).catch(() => {
      ctx.notify({
        kind: 'notice',
        level: 'warning',
        text: 'the browser could not be opened; open the URL above by hand',
      });
    });
  }
  const params = await listener.wait();
  const { name: server, path } = ctx.entry;
  return judgeCallback(plan, params, { clientId: client.id, server, path, login: loginCommand(ctx.entry) });
}
