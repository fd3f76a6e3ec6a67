// Signing in with a code that the person enters in a browser of any machine (RFC 8628).

import { AuthError, CancelledError } from '../../errors.ts';
import type { StoredRecord } from '../../store/record.ts';
import { openProof } from '../bound.ts';
import { deviceClient } from '../client.ts';
import type { AuthContext } from '../context.ts';
import type { DeviceCode } from '../device-answer.ts';
import { askForCode, refusalOf } from '../device-request.ts';
import { waitForEntry } from '../device-wait.ts';
import { keepTokens } from '../granted.ts';
import type { Kept } from '../keep.ts';
import { type PlanFacts, planDevice } from '../plan.ts';
import { deviceCommand } from '../required.ts';
import { adjusted, FIRST_TRY } from './adjust.ts';
import { startWithPerson, tellReceiver } from './beforehand.ts';

/**
 * A client of last time that the server has forgotten, or that was registered for a browser alone. The last one is what
 * some servers answer where the RFC has `unauthorized_client`.
 */
const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request'];

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
  await startWithPerson(ctx, kept.key);
  const facts = await find();
  let adjustment = FIRST_TRY;
  for (;;) {
    const { omitMethod, ...rest } = adjustment;
    const record = rest.forgetClient ? undefined : kept.record;
    const plan = planDevice(ctx.entry, { ...facts, ...rest });
    if (!kept.record) tellReceiver(ctx, plan.server.issuer);
    const client = await deviceClient(ctx, plan, { record, omitMethod });
    const asked = await askForCode(ctx, plan, client);
    if (asked.kind !== 'given') {
      const error = asked.kind === 'refused' ? asked.error : undefined;
      const next = adjusted(adjustment, error, { plan, client, clientErrors: CLIENT_ERRORS });
      if (!next) throw refusalOf(ctx, plan, asked);
      adjustment = next;
      continue;
    }
    await confirmPlace(ctx, asked.given.code, plan.server.issuer);
    ctx.rounds.left--;
    const proof = await openProof(ctx, plan, client.registered, kept.record);
    const { code, endpoint } = asked.given;
    const granted = await waitForEntry(ctx, plan, { code, endpoint: { ...endpoint, proof } });
    const { authMethod } = endpoint;
    return keepTokens(ctx, kept.key, { plan, client: { ...client, authMethod }, ...granted });
  }
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
