// Signing in with a browser: authorization code and PKCE, from the plan to the code's exchange.

import * as oauth from 'oauth4webapi';
import { AuthError, CliError } from '../../errors.ts';
import type { StoredRecord } from '../../store/record.ts';
import { isSafeBrowserUrl } from '../../url.ts';
import { authorizationUrl, judgeCallback } from '../authorize.ts';
import { openProof } from '../bound.ts';
import { type BoundClient, bindClient } from '../client.ts';
import type { AuthContext } from '../context.ts';
import { keepTokens } from '../granted.ts';
import type { Kept } from '../keep.ts';
import { type AuthPlan, type PlanFacts, planSignIn } from '../plan.ts';
import type { Proof } from '../proof.ts';
import { mustPush, type Pushed, pushRequest } from '../push.ts';
import { redeem } from '../redeem.ts';
import { loginCommand } from '../required.ts';
import { type Adjustment, adjusted, FIRST_TRY } from './adjust.ts';
import { startWithPerson, tellReceiver } from './beforehand.ts';
import { type Came, isAway, waitForPerson } from './waiting.ts';

/** What the failed round was like. */
type Trace = { plan?: AuthPlan; client?: BoundClient };

/** A client of last time that the server has forgotten. */
const CLIENT_ERRORS = ['invalid_client'];

/**
 * Asks the person in a browser, and keeps what comes of it. `find` is asked once, however many rounds there are.
 * @throws AuthError with the server's error; ConfigError; NetworkError; ProtocolError; StoreError; CancelledError
 */
export async function enterByBrowser(
  ctx: AuthContext,
  kept: Kept,
  find: () => Promise<PlanFacts>,
): Promise<StoredRecord> {
  await startWithPerson(ctx, kept.key);
  const facts = await find();
  let adjustment = FIRST_TRY;
  for (;;) {
    const trace: Trace = {};
    try {
      const record = await attempt(ctx, kept, facts, adjustment, trace);
      if (record) return record;
      // The person asked for it, so it is not one of the rounds that a server may cause.
      ctx.rounds.left++;
      adjustment = { ...adjustment, forgetClient: true };
    } catch (error) {
      const code = error instanceof CliError ? error.code : undefined;
      const next = adjusted(adjustment, code, { ...trace, clientErrors: CLIENT_ERRORS });
      if (ctx.rounds.left <= 0 || !next) throw error;
      adjustment = next;
    }
  }
}

/** Undefined: the person wants to try with a new client. */
async function attempt(
  ctx: AuthContext,
  kept: Kept,
  facts: PlanFacts,
  adjustment: Adjustment,
  trace: Trace,
): Promise<StoredRecord | undefined> {
  const { entry } = ctx;
  const record = adjustment.forgetClient ? undefined : kept.record;
  const { omitMethod, ...rest } = adjustment;
  const plan = planSignIn(entry, { ...facts, ...rest });
  trace.plan = plan;
  if (!kept.record) tellReceiver(ctx, plan.server.issuer);
  // A public server could have the browser call a router, or a service of this machine, in its place.
  if (plan.source !== 'configured') await ctx.mayVisit(plan.server.authorization_endpoint);
  const state = oauth.generateRandomState();
  const verifier = plan.pkce ? oauth.generateRandomCodeVerifier() : undefined;
  const device = plan.server.device_authorization_endpoint !== undefined && isAway(ctx);
  const bound = await bindClient(ctx, plan, { record, state, omitMethod, device });
  trace.client = bound.client;
  try {
    const proof = await openProof(ctx, plan, bound.client.registered, kept.record);
    const proved = { ...bound, proof };
    const request = await authorizationRequest(ctx, plan, proved, state, verifier);
    const came = await askPerson(ctx, plan, proved, { state, url: request.url });
    // What was pasted ends the wait as well: nothing is to come back here any more.
    void bound.listener.close();
    if (came.kind === 'anew') return undefined;
    ctx.notify({ kind: 'exchanging' });
    const { client } = request;
    if (came.kind === 'tokens') {
      const { tokens, proof, authMethod } = came;
      return await keepTokens(ctx, kept.key, { plan, client: { ...client, authMethod }, tokens, proof });
    }
    const answered = { ...proved, client };
    return await redeem(ctx, kept.key, plan, answered, { params: came.params, verifier });
  } finally {
    await bound.listener.close();
  }
}

type Bound = Awaited<ReturnType<typeof bindClient>> & { proof: Proof | undefined };

/** The URL that the browser is given: the request itself, or the name of one that was pushed. */
async function authorizationRequest(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener, proof }: Bound,
  state: string,
  verifier: string | undefined,
): Promise<Pushed> {
  const { redirectUri } = listener;
  const challenge = verifier && (await oauth.calculatePKCECodeChallenge(verifier));
  const thumbprint = proof?.thumbprint;
  const url = authorizationUrl(plan, { clientId: client.id, redirectUri, state, challenge, thumbprint });
  return mustPush(plan, client) ? pushRequest(ctx, plan, { client, proof }, url) : { url, client };
}

/** Shows and opens the authorization URL, and waits for what comes of it. */
async function askPerson(
  ctx: AuthContext,
  plan: AuthPlan,
  bound: Bound,
  { state, url }: { state: string; url: string },
): Promise<Came> {
  const { client } = bound;
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
  const came = await waitForPerson(ctx, { plan, bound, state, url });
  if (came.kind !== 'answer') return came;
  const { name: server, path } = ctx.entry;
  const context = { clientId: client.id, server, path, login: loginCommand(ctx.entry) };
  return { kind: 'answer', params: judgeCallback(plan, came.params, context) };
}
