// Refreshing: once per credential across all processes. Lock, read again, send, save, and only then use.
//
// A rotated refresh token that is sent twice makes careful servers revoke the whole grant (RFC 9700 section 4.14.2),
// and whoever loses such a race must not delete what the winner has saved.

import { AuthError, CancelledError, NetworkError, ProtocolError } from '../errors.ts';
import { timeLimit } from '../limit.ts';
import { isAlive, isFresh } from '../store/age.ts';
import type { SignedRecord, StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';
import { confirmDestination, mayUse, namedServer } from './destination.ts';
import { endpointOf } from './endpoint.ts';
import { requireExpected } from './expect.ts';
import { withOwner } from './id-token.ts';
import { findRecord, keepRecord } from './keep.ts';
import type { ServerMetadata } from './metadata.ts';
import { endpointHint, unboundHint } from './refusal.ts';
import { loginCommand, loginRequired } from './required.ts';
import { carryOver, refreshTokens } from './token.ts';
import type { TokenAnswer } from './token-response.ts';

/** Longer than any refresh may take, so that a waiter outlives the holder. */
const LOCK_WAIT = 30_000;
const SEND_LIMIT = 20_000;

/** An access token that is not to be had again: refused by the server, or only to be replaced early. */
export type Unwanted = { token: string; refused: boolean };

/**
 * A record with a token that is fresh and is not `unwanted`: what another process saved meanwhile, or a refreshed one.
 * @throws AuthError `login_required`, `invalid_client`, `refresh_lost`, `unexpected_account`; NetworkError if nothing is known about the
 * grant (it is kept); StoreError; CancelledError, after the save of a refresh under way
 */
export async function renew(ctx: AuthContext, key: string, unwanted?: Unwanted): Promise<SignedRecord> {
  const waiting = { wait: LOCK_WAIT, signal: ctx.signal, everywhere: true };
  let recovered = false;
  let server: ServerMetadata | undefined;
  for (;;) {
    const renewed = await ctx.withLock(key, waiting, async (lock) => {
      recovered ||= lock.recovered;
      const { record } = await findRecord(ctx);
      if (!record?.tokens) throw loginRequired(ctx);
      requireExpected(ctx.entry, record);
      const { tokens } = record;
      const wanted = tokens.accessToken !== unwanted?.token && isFresh(tokens, ctx.now());
      if (wanted) return { ...record, tokens };
      if (!tokens.refreshToken) throw loginRequired(ctx);
      const known = await settle(ctx, { ...record, tokens }, server);
      return known && send(ctx, key, known, { unwanted, recovered });
    });
    if (renewed) return renewed;
    // Without the lock: asking may take longer than anybody waits for it.
    server = await namedServer(ctx);
  }
}

/** The record, if what is configured may be sent to where it says. Undefined: that is to be asked first. */
async function settle(
  ctx: AuthContext,
  record: SignedRecord,
  server: ServerMetadata | undefined,
): Promise<SignedRecord | undefined> {
  if (await mayUse(ctx.entry, record)) return record;
  if (!server) return undefined;
  const confirmed = await confirmDestination(ctx, record, server);
  if (!confirmed) throw loginRequired(ctx);
  return confirmed;
}

async function send(
  ctx: AuthContext,
  key: string,
  record: SignedRecord,
  { unwanted, recovered }: { unwanted: Unwanted | undefined; recovered: boolean },
): Promise<SignedRecord> {
  const { tokens } = record;
  if (ctx.signal.aborted) throw new CancelledError();
  // From here to the save nothing is cancelled by Ctrl-C: the server may have rotated the token already.
  const sending = { http: ctx.http, now: ctx.now, signal: timeLimit(SEND_LIMIT) };
  const answer = await refreshTokens(await endpointOf(ctx, record), tokens.refreshToken ?? '', sending);
  if (answer.kind === 'tokens') {
    const renewed = { ...record, tokens: carryOver(tokens, answer.tokens) };
    const owned = withOwner(renewed, record).record;
    await keepRecord(ctx, key, owned);
    ctx.notify({ kind: 'refreshed' });
    requireExpected(ctx.entry, owned);
    if (ctx.signal.aborted) throw new CancelledError();
    return owned;
  }
  const dead = unwanted?.refused === true && unwanted.token === tokens.accessToken;
  return afterRefusal(ctx, key, record, answer, { dead, recovered });
}

async function afterRefusal(
  ctx: AuthContext,
  key: string,
  sent: SignedRecord,
  answer: Exclude<TokenAnswer, { kind: 'tokens' }>,
  /** Whether the server has refused the access token as well. */
  { dead, recovered }: { dead: boolean; recovered: boolean },
): Promise<SignedRecord> {
  const { name: server, path } = ctx.entry;
  if (answer.kind === 'trouble') {
    throw new NetworkError(
      'server_error',
      `refreshing the sign-in to ${server} failed with HTTP ${answer.status}`,
      {
        hint: 'the authorization server is in trouble; the sign-in is kept, try again later',
        server,
      },
    );
  }
  if (answer.kind === 'broken') {
    throw new ProtocolError('token_response_invalid', `${sent.issuer} broke the protocol: ${answer.why}`, {
      hint: `${endpointHint(path)}; the sign-in is kept`,
      server,
    });
  }
  if (answer.kind === 'unbound') {
    throw new ProtocolError(
      'dpop_downgraded',
      `${sent.issuer} no longer binds the token of ${server} to our key`,
      { hint: unboundHint(path), server },
    );
  }
  const { record: now } = await findRecord(ctx);
  if (now?.tokens && now.tokens.refreshToken !== sent.tokens.refreshToken)
    return { ...now, tokens: now.tokens };
  if (answer.error === 'invalid_client' && sent.client.source === 'configured') {
    throw new AuthError('invalid_client', `${sent.issuer} does not accept the configured client`, {
      hint: `check ${path}.oauth.client_id and client_secret; the sign-in is kept`,
      server,
    });
  }
  if (answer.error === 'invalid_client' && now) await dropRegistration(ctx, key, now, dead);
  if (recovered) {
    throw new AuthError(
      'refresh_lost',
      `the sign-in to ${server} was lost: a process was killed while it refreshed it`,
      {
        hint: `sign in again with: ${loginCommand(ctx.entry)}`,
        server,
      },
    );
  }
  if (answer.error !== 'invalid_grant') throw loginRequired(ctx);
  await dropGrant(ctx, key, sent, dead);
  // Expired, taken back, or used by somebody else, which ends it for all (RFC 9700 section 4.14.2): nobody says which.
  throw new AuthError(
    'login_required',
    `the sign-in to ${server} is over: ${sent.issuer} renews it no more`,
    {
      hint: `sign in with: ${loginCommand(ctx.entry)}`,
      server,
    },
  );
}

/**
 * The server has forgotten the client. An authorization endpoint says that to the browser alone, and nobody would come
 * back from there: a registration without redirects is never used again.
 */
async function dropRegistration(
  ctx: AuthContext,
  key: string,
  { tokens, ...record }: StoredRecord,
  dead: boolean,
): Promise<void> {
  const { redirectUris: _, ...client } = record.client;
  await keepRecord(ctx, key, { ...record, client, ...(tokens && !dead && { tokens }) });
}

/** The grant is over, and is still the one that was sent. The registration stays, and an access token while it lives. */
async function dropGrant(
  ctx: AuthContext,
  key: string,
  { tokens, ...record }: SignedRecord,
  dead: boolean,
): Promise<void> {
  const { refreshToken: _, ...rest } = tokens;
  const lives = !dead && isAlive(tokens, ctx.now());
  await keepRecord(ctx, key, lives ? { ...record, tokens: rest } : record);
}

/** Forgets an access token that the server refused and that nothing can renew, if it is still the one that was sent. */
export async function dropRefused(ctx: AuthContext, key: string, refused: string): Promise<void> {
  await ctx.withLock(key, { wait: LOCK_WAIT, signal: ctx.signal }, async () => {
    const { record } = await findRecord(ctx);
    if (record?.tokens?.accessToken !== refused || record.tokens.refreshToken !== undefined) return;
    const { tokens: _, ...registration } = record;
    await keepRecord(ctx, key, registration);
  });
}
