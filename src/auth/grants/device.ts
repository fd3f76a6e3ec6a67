// Signing in with a code that the person enters in a browser of any machine (RFC 8628).

import { AuthError, CancelledError } from '../../errors.ts';
import type { StoredRecord } from '../../store/record.ts';
import { configuredSecret } from '../binding.ts';
import { openProof } from '../bound.ts';
import { type BoundClient, deviceClient } from '../client.ts';
import type { AuthContext } from '../context.ts';
import type { DeviceCode } from '../device-answer.ts';
import { askForCode, type Refused, refusalOf } from '../device-request.ts';
import { waitForEntry } from '../device-wait.ts';
import { keepTokens } from '../granted.ts';
import type { Kept } from '../keep.ts';
import { type DevicePlan, type PlanFacts, planDevice } from '../plan.ts';
import { deviceCommand } from '../required.ts';

/** What a second try does differently, after an answer that says so. */
type Adjustment = { withoutOffline: boolean; omitMethod: boolean; forgetClient: boolean };

/**
 * Shows a code, waits until the person has entered it, and keeps the tokens.
 * @throws AuthError `device_unsupported`, `verification_uri_elsewhere`, `device_code_expired`, `login_timeout`, or with
 * the server's error; ConfigError; NetworkError; ProtocolError; StoreError; CancelledError
 */
export async function enterByDevice(
  ctx: AuthContext,
  kept: Kept,
  find: () => Promise<PlanFacts>,
): Promise<StoredRecord> {
  ctx.notify({ kind: 'required' });
  // A code is good for one exchange: tokens that cannot be kept are lost, and the person has consented for nothing.
  await (await ctx.store()).ready(kept.key);
  const facts = await find();
  const { entry } = ctx;
  const adjustment: Adjustment = { withoutOffline: false, omitMethod: false, forgetClient: false };
  for (;;) {
    const { omitMethod, ...adjusted } = adjustment;
    const record = adjusted.forgetClient ? undefined : kept.record;
    const plan = planDevice(entry, { ...facts, ...adjusted });
    const secret = configuredSecret(entry.oauth);
    if (secret && !kept.record) {
      const text = `the ${secret.name} of ${entry.name} goes to ${plan.server.issuer}`;
      ctx.notify({ kind: 'notice', level: 'info', text });
    }
    const client = await deviceClient(ctx, plan, { record, omitMethod });
    const asked = await askForCode(ctx, plan, client);
    if (asked.kind !== 'given') {
      if (adjust(adjustment, asked, { plan, client })) continue;
      throw refusalOf(ctx, plan, asked);
    }
    await confirmPlace(ctx, asked.given.code, plan.server.issuer);
    ctx.rounds.left--;
    const proof = await openProof(ctx, plan, client.registered, kept.record);
    const { code, endpoint } = asked.given;
    const tokens = await waitForEntry(ctx, plan, { code, endpoint: { ...endpoint, proof } });
    const { authMethod } = endpoint;
    return keepTokens(ctx, kept.key, { plan, client: { ...client, authMethod }, tokens, proof });
  }
}

/** The last one is what some servers answer where the RFC has `unauthorized_client`. */
const OF_THE_CLIENT = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request'];

/** Pure but for `adjustment`: which refusals of the first request are worth another one, each once. */
function adjust(
  adjustment: Adjustment,
  answer: Refused,
  { plan, client }: { plan: DevicePlan; client: BoundClient },
): boolean {
  if (answer.kind !== 'refused') return false;
  const { error } = answer;
  if (error === 'invalid_scope' && plan.addedOffline && !adjustment.withoutOffline) {
    adjustment.withoutOffline = true;
    return true;
  }
  if (client.source !== 'registered') return false;
  // One that the server has forgotten, or that was registered for a browser alone.
  if (client.reused && OF_THE_CLIENT.includes(error)) {
    adjustment.forgetClient = true;
    return true;
  }
  if (error === 'unauthorized_client' && client.authMethod === 'none' && !adjustment.omitMethod) {
    adjustment.forgetClient = true;
    adjustment.omitMethod = true;
    return true;
  }
  return false;
}

/** Whether the page is not the issuer's own, as far as its URL tells. Pure. */
export function isElsewhere({ uri }: DeviceCode, issuer: string): boolean {
  return new URL(uri).origin !== new URL(issuer).origin;
}

/** A server could send the person to a page that only looks like one of the issuer's, and that takes passwords. */
async function confirmPlace(ctx: AuthContext, code: DeviceCode, issuer: string): Promise<void> {
  await ctx.mayVisit(code.uri);
  if (!isElsewhere(code, issuer)) return;
  const { origin } = new URL(code.uri);
  const { name: server } = ctx.entry;
  if (!ctx.terminal) {
    throw new AuthError(
      'verification_uri_elsewhere',
      `the sign-in to ${server} is at ${origin}, which is not ${issuer}`,
      { hint: `at a terminal it can be confirmed: ${deviceCommand(ctx.entry)}`, server },
    );
  }
  const question = `The sign-in to ${server} by ${issuer} is at ${origin}. Is that right?`;
  if (!(await ctx.terminal.confirm(question))) throw new CancelledError();
}
