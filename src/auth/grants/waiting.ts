// Waiting for the person: the browser comes back by itself, or the person brings its answer, or enters a device code
// elsewhere. The first of them ends the others.

import { AuthError, CancelledError } from '../../errors.ts';
import type { AuthMethod, StoredTokens } from '../../store/record.ts';
import type { BoundClient } from '../client.ts';
import type { AuthContext } from '../context.ts';
import { askForCode } from '../device-request.ts';
import { waitForEntry } from '../device-wait.ts';
import type { Receiver } from '../elsewhere.ts';
import { readPaste } from '../paste.ts';
import type { AuthPlan } from '../plan.ts';
import type { Proof } from '../proof.ts';
import { tunnelCommand } from '../tunnel.ts';
import { isElsewhere } from './device.ts';

export type Came =
  /** The parameters of an answer with the right `state`. */
  | { kind: 'answer'; params: URLSearchParams }
  /** Of a device code: what they are bound to, and how the client proved itself. */
  | { kind: 'tokens'; tokens: StoredTokens; proof: Proof | undefined; authMethod: AuthMethod }
  /** The browser shows that the client is not known any more. */
  | { kind: 'anew' };

type Round = {
  plan: AuthPlan;
  bound: { client: BoundClient; listener: Receiver; proof: Proof | undefined };
  state: string;
  url: string;
};

/** What a person types to register anew: no answer of a server looks like it. */
const ANEW = 'new';

/**
 * Shows and opens the authorization URL, and waits for whatever comes first.
 * @throws AuthError `login_timeout`, `start_link_reused`, `access_denied` by the device code; CancelledError
 */
export async function waitForPerson(given: AuthContext, round: Round): Promise<Came> {
  const over = new AbortController();
  const ctx = { ...given, signal: AbortSignal.any([given.signal, over.signal]) };
  const { url, bound } = round;
  const { client, listener } = bound;
  const opened = ctx.browser && listener.startUrl !== undefined;
  try {
    // Before anything is shown: what is typed from now on is not.
    const typed = typedAnswer(ctx, round);
    ctx.notify({ kind: 'open', url, opened, redirectUri: listener.redirectUri, timeout: ctx.loginTimeout });
    if (ctx.terminal && client.source === 'registered' && client.reused)
      ctx.notify({ kind: 'anew', word: ANEW });
    const came = listener.wait().then((params): Came => ({ kind: 'answer', params }));
    return await Promise.race([came, typed, otherWays(ctx, round, startBrowser(ctx, round))]);
  } finally {
    over.abort(new CancelledError());
  }
}

/** Whether the person is likely to use a browser on another machine. */
export function isAway({ browser, variable }: AuthContext): boolean {
  return !browser || Boolean(variable('SSH_CONNECTION'));
}

/** Resolves to false if no browser was started. */
async function startBrowser(ctx: AuthContext, { bound, url }: Round): Promise<boolean> {
  const { startUrl } = bound.listener;
  if (!ctx.browser || !startUrl) return false;
  try {
    await ctx.openUrl(startUrl(url));
    return true;
  } catch {
    const text = 'the browser could not be opened; open the URL above by hand';
    ctx.notify({ kind: 'notice', level: 'warning', text });
    return false;
  }
}

/** What the person types or pastes. */
function typedAnswer(ctx: AuthContext, { plan, bound, state }: Round): Promise<Came> {
  const { client, listener } = bound;
  const known = client.source === 'registered';
  const namesIssuer = plan.server.authorization_response_iss_parameter_supported === true;
  const expected = { redirectUri: listener.redirectUri, state, namesIssuer };
  return new Promise((resolve) => {
    ctx.terminal?.listen(
      {
        typing: (length) => ctx.notify({ kind: 'typing', length }),
        line(text) {
          if (known && text.trim() === ANEW) return resolve({ kind: 'anew' });
          const pasted = readPaste(text, expected);
          if (pasted === undefined) return;
          if ('params' in pasted) return resolve({ kind: 'answer', params: pasted.params });
          ctx.notify({ kind: 'notice', level: 'warning', text: pasted.fault });
        },
      },
      ctx.signal,
    );
  });
}

/** Tells of the other ways where the browser may not come back by itself, and resolves by the device code alone. */
async function otherWays(ctx: AuthContext, round: Round, browser: Promise<boolean>): Promise<Came> {
  const { redirectUri, startUrl } = round.bound.listener;
  const away = isAway(ctx) || startUrl === undefined;
  if (!away && (await browser)) return never();
  if (ctx.signal.aborted) return never();
  const command = tunnelCommand(redirectUri, ctx.variable('SSH_CONNECTION'), ctx.variable('USER'));
  if (command !== undefined) ctx.notify({ kind: 'tunnel', command });
  if (ctx.terminal) ctx.notify({ kind: 'paste', only: startUrl === undefined });
  return (await byDevice(ctx, round)) ?? never();
}

/** Undefined: it is not offered, or came to nothing. That ends no sign-in, but a person's no does. */
async function byDevice(ctx: AuthContext, { plan, bound }: Round): Promise<Came | undefined> {
  const { device_authorization_endpoint } = plan.server;
  if (!device_authorization_endpoint) return undefined;
  const offer = { ...plan, server: { ...plan.server, device_authorization_endpoint } };
  try {
    const asked = await askForCode(ctx, offer, bound.client);
    if (asked.kind !== 'given') return undefined;
    const { code } = asked.given;
    // One on another origin has to be confirmed, and this question is not asked beside another one.
    if (isElsewhere(code, plan.server.issuer)) return undefined;
    await ctx.mayVisit(code.uri);
    const endpoint = { ...asked.given.endpoint, proof: bound.proof };
    const granted = await waitForEntry(ctx, offer, { code, endpoint }, true);
    return { kind: 'tokens', ...granted, authMethod: endpoint.authMethod };
  } catch (error) {
    if (error instanceof AuthError && error.code === 'access_denied') throw error;
    if (ctx.signal.aborted) return undefined;
    ctx.notify({ kind: 'notice', level: 'detail', text: 'the device code is of no use any more' });
    return undefined;
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
