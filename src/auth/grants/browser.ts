// Signing in with a browser: authorization code and PKCE, from the plan to the code's exchange.

import * as oauth from 'oauth4webapi';
import { AuthError, CliError } from '../../errors.ts';
import type { StoredRecord } from '../../store/record.ts';
import { isSafeBrowserUrl } from '../../url.ts';
import { authorizationUrl, judgeCallback } from '../authorize.ts';
import { configuredSecret } from '../binding.ts';
import { openProof } from '../bound.ts';
import { type BoundClient, bindClient } from '../client.ts';
import type { AuthContext } from '../context.ts';
import type { Kept } from '../keep.ts';
import { type AuthPlan, type PlanFacts, planSignIn } from '../plan.ts';
import type { Proof } from '../proof.ts';
import { mustPush, type Pushed, pushRequest } from '../push.ts';
import { redeem } from '../redeem.ts';
import { loginCommand } from '../required.ts';

/** What a second try does differently, after an error that says so. */
type Adjustment = { withoutOffline: boolean; omitMethod: boolean; forgetClient: boolean };

/** What the failed round was like. */
type Trace = { plan?: AuthPlan; client?: BoundClient };

/**
 * Asks the person in a browser, and keeps what comes of it. `find` is asked once, however many rounds there are.
 * @throws AuthError with the server's error; ConfigError; NetworkError; ProtocolError; StoreError; CancelledError
 */
export async function enterByBrowser(
  ctx: AuthContext,
  kept: Kept,
  find: () => Promise<PlanFacts>,
): Promise<StoredRecord> {
  ctx.notify({ kind: 'required' });
  // A code is good for one exchange: tokens that cannot be kept are lost, and the person has consented for nothing.
  await (await ctx.store()).ready(kept.key);
  const facts = await find();
  const adjustment: Adjustment = { withoutOffline: false, omitMethod: false, forgetClient: false };
  for (;;) {
    const trace: Trace = {};
    try {
      return await attempt(ctx, kept, facts, adjustment, trace);
    } catch (error) {
      if (ctx.rounds.left > 0 && adjust(adjustment, error, trace)) continue;
      throw error;
    }
  }
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
  facts: PlanFacts,
  adjustment: Adjustment,
  trace: Trace,
): Promise<StoredRecord> {
  const { entry } = ctx;
  const record = adjustment.forgetClient ? undefined : kept.record;
  const { omitMethod, ...adjusted } = adjustment;
  const plan = planSignIn(entry, { ...facts, ...adjusted });
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
  const bound = await bindClient(ctx, plan, { record, state, omitMethod });
  trace.client = bound.client;
  try {
    const proof = await openProof(ctx, plan, bound.client.registered, kept.record);
    const request = await authorizationRequest(ctx, plan, { ...bound, proof }, state, verifier);
    const params = await askPerson(ctx, plan, bound, request.url);
    ctx.notify({ kind: 'exchanging' });
    const answered = { ...bound, client: request.client, proof };
    return await redeem(ctx, kept.key, plan, answered, { params, verifier });
  } finally {
    await bound.listener.close();
  }
}

type Bound = Awaited<ReturnType<typeof bindClient>>;

/** The URL that the browser is given: the request itself, or the name of one that was pushed. */
async function authorizationRequest(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener, proof }: Bound & { proof: Proof | undefined },
  state: string,
  verifier: string | undefined,
): Promise<Pushed> {
  const { redirectUri } = listener;
  const challenge = verifier && (await oauth.calculatePKCECodeChallenge(verifier));
  const thumbprint = proof?.thumbprint;
  const url = authorizationUrl(plan, { clientId: client.id, redirectUri, state, challenge, thumbprint });
  return mustPush(plan, client) ? pushRequest(ctx, plan, { client, proof }, url) : { url, client };
}

/** Shows and opens the authorization URL, and waits for the one valid answer. */
async function askPerson(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener }: Bound,
  url: string,
): Promise<URLSearchParams> {
  const { redirectUri } = listener;
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
