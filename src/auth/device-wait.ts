// Waiting until the person has entered a device code (RFC 8628 section 3.3).

import { setTimeout } from 'node:timers/promises';
import { AuthError, CancelledError } from '../errors.ts';
import type { StoredTokens } from '../store/record.ts';
import { withProof } from './bound.ts';
import type { AuthContext } from './context.ts';
import { type Asked, type Given, refusalContext } from './device-request.ts';
import { pollForTokens } from './poll.ts';
import type { Proof } from './proof.ts';
import { answerError } from './refusal.ts';
import { DEVICE_GRANT } from './register.ts';
import { deviceCommand } from './required.ts';
import { requestTokens } from './token.ts';
import { within } from './within.ts';

/**
 * Shows the code and waits. Returns the tokens, and what they are bound to. `beside`: a browser sign-in goes on at the
 * same time, and the code is one more way.
 * @throws AuthError with the server's error, `device_code_expired`, `login_timeout`; NetworkError; ProtocolError
 */
export async function waitForEntry(
  ctx: AuthContext,
  plan: Asked,
  { code, endpoint }: Given,
  beside = false,
): Promise<{ tokens: StoredTokens; proof: Proof | undefined }> {
  const { entry } = ctx;
  const opened = ctx.browser && !beside;
  const limit = ctx.now() + ctx.loginTimeout;
  const expiresAt = Math.min(code.expiresAt, limit);
  const { uri, complete, userCode } = code;
  const timeout = Math.max(0, expiresAt - ctx.now());
  ctx.notify({ kind: 'device', uri, complete, userCode, opened, beside, timeout });
  // The plain page: an opener's arguments are seen by every user of the machine, and this code is for one person.
  if (opened)
    ctx.openUrl(uri).catch(() => {
      const text = 'the browser could not be opened; open the URL above by hand';
      ctx.notify({ kind: 'notice', level: 'warning', text });
    });
  const grant = { type: DEVICE_GRANT, params: { device_code: code.code } };
  let { proof } = endpoint;
  const ask = async () => {
    const sending = { http: ctx.http, signal: within(ctx), now: ctx.now };
    const asked = await withProof(ctx, plan, proof, (proof) =>
      requestTokens({ ...endpoint, proof }, grant, sending),
    );
    proof = asked.proof;
    return asked.answer;
  };
  const polled = await pollForTokens({ interval: code.interval, expiresAt }, ask, {
    now: ctx.now,
    wait: (span) => pause(span, ctx.signal),
  });
  if (polled.kind === 'tokens') return { tokens: polled.tokens, proof };
  if (polled.kind !== 'expired') throw answerError(polled, refusalContext(ctx, plan));
  if (polled.failure) throw polled.failure;
  const login = deviceCommand(entry);
  if (expiresAt === limit && limit < code.expiresAt)
    throw new AuthError('login_timeout', 'nobody finished the sign-in in time', {
      hint: `to try again, with more time: ${login} --login-timeout 15m`,
      server: entry.name,
    });
  throw new AuthError('device_code_expired', 'the code was not entered before it expired', {
    hint: `to get another one: ${login}`,
    server: entry.name,
  });
}

async function pause(span: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(span, undefined, { signal });
  } catch {
    throw signal.reason instanceof CancelledError ? signal.reason : new CancelledError();
  }
}
