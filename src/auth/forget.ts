// Ending a sign-in: revoked at the server where it offers that (RFC 7009), forgotten here in any case.

import * as oauth from 'oauth4webapi';
import { AuthError, ConfigError, NetworkError, ProtocolError, StoreError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { timeLimit } from '../limit.ts';
import type { StoredRecord } from '../store/record.ts';
import { discard, readText } from './body.ts';
import type { AuthContext } from './context.ts';
import { confirmDestination, mayUse, namedQuietly } from './destination.ts';
import { endpointOf } from './endpoint.ts';
import { toward } from './hop.ts';
import { findRecord, keepRecord } from './keep.ts';
import { clientAuth } from './token.ts';

export type Revocation = 'revoked' | 'not_supported' | 'failed' | 'nothing';

const LOCK_WAIT = 30_000;
const SEND_LIMIT = 10_000;

/**
 * Revokes and forgets the tokens of one server and account. `keepRegistration` leaves the registered client for the
 * next sign-in. A server that cannot be reached, or answers nonsense, does not keep the tokens alive here: `revoked` says so.
 * @throws StoreError if the store cannot be read or written
 */
export async function signOut(
  ctx: AuthContext,
  options: { keepRegistration: boolean; only?: string },
): Promise<{ had: boolean; revoked: Revocation }> {
  const { key, record: own, aside } = await findRecord(ctx);
  const before = aside ?? own;
  // A record that is not this entry's own (auth/keep) has a client and a server that nobody here knows.
  if (options.only !== undefined && options.only !== key) return { had: false, revoked: 'failed' };
  // Outside the lock: others wait for it no longer than a renewal takes.
  const unsure = before?.tokens && before.revocationEndpoint && !(await isKnown(ctx, before));
  const server = unsure ? await namedQuietly(ctx) : undefined;
  return ctx.withLock(key, { wait: LOCK_WAIT, signal: ctx.signal }, async () => {
    const found = await findRecord(ctx);
    const record = found.aside ?? found.record;
    if (!record) return { had: false, revoked: 'nothing' };
    const confirmed = server && (await confirmDestination(ctx, record, server));
    const revoked = await revokeTokens(ctx, confirmed ?? record);
    const { tokens, identity: _, ...registration } = record;
    if (options.keepRegistration) await keepRecord(ctx, key, registration);
    else await (await ctx.store()).delete(key);
    ctx.signedOut = (ctx.signedOut ?? 0) + 1;
    // Without the registration there was something to forget even after a logout.
    return { had: tokens !== undefined || !options.keepRegistration, revoked };
  });
}

/**
 * The refresh token first: revoking it ends the whole grant at servers that link them. The other one is tried whatever
 * becomes of it. A server that cannot be reached, or answers nonsense, is `failed`.
 */
export async function revokeTokens(ctx: AuthContext, record: StoredRecord): Promise<Revocation> {
  const { tokens, revocationEndpoint } = record;
  if (!tokens) return 'nothing';
  if (!revocationEndpoint) return 'not_supported';
  const said = new Set<string>();
  const told = (text: string) => {
    if (!said.has(text)) ctx.notify({ kind: 'notice', level: 'warning', text });
    said.add(text);
  };
  const send = (token: string | undefined, hint: string) =>
    token === undefined ? undefined : revokeOne(ctx, record, revocationEndpoint, token, hint, told);
  const refresh = await send(tokens.refreshToken, 'refresh_token');
  const access = await send(tokens.accessToken, 'access_token');
  if (refresh === 'failed' || access === 'failed') return 'failed';
  // RFC 7009 section 2.2.1: an access token that cannot be revoked ends by itself, soon; a refresh token does not.
  if (refresh === undefined) return access ?? 'nothing';
  return refresh === 'revoked' ? 'revoked' : 'not_supported';
}

/** A key that cannot be read says nothing; nor can it be sent. */
async function isKnown({ entry }: AuthContext, record: StoredRecord): Promise<boolean> {
  return mayUse(entry, record).catch((error: unknown) => {
    if (error instanceof ConfigError) return true;
    throw error;
  });
}

/**
 * Ends the sign-in that `record` has taken the place of, and says where that could not be done. Tokens of another URL,
 * issuer or client are not sent anywhere: who they belong to may not want them ended.
 */
export async function revokeReplaced(
  ctx: AuthContext,
  old: StoredRecord,
  record: StoredRecord,
): Promise<void> {
  const why =
    whoseElse(old, record) ?? LIVES_ON[await revokeTokens(ctx, old).catch((): Revocation => 'failed')];
  if (why === undefined) return;
  const text = `the sign-in before this one is still good at ${old.issuer}: ${why}`;
  ctx.notify({ kind: 'notice', level: 'warning', text });
}

const LIVES_ON: { [K in Revocation]?: string } = {
  failed: 'it could not be revoked',
  not_supported: 'the server revokes no such tokens',
};

/** Pure. */
function whoseElse(old: StoredRecord, { url, issuer, client }: StoredRecord): string | undefined {
  if (old.url !== url) return 'it was for another URL';
  if (old.issuer !== issuer) return 'it was made at another issuer than this one';
  const same = old.client.id === client.id && old.client.source === client.source;
  return same ? undefined : 'it belongs to another client than this one';
}

type Answer = Exclude<Revocation, 'nothing'>;

async function revokeOne(
  ctx: AuthContext,
  record: StoredRecord,
  revocationEndpoint: string,
  token: string,
  hint: string,
  told: (why: string) => void,
): Promise<Answer> {
  try {
    const endpoint = await endpointOf(ctx, record);
    const { proof } = endpoint;
    const client = { client_id: record.client.id };
    const options = {
      signal: AbortSignal.any([ctx.signal, timeLimit(SEND_LIMIT)]),
      [oauth.customFetch]: toward(ctx.http, "the authorization server's revocation endpoint") as never,
      [oauth.allowInsecureRequests]: true,
    };
    const send = () =>
      proof
        ? // The same form with a proof, which oauth4webapi sends to this kind of endpoint only.
          oauth.pushedAuthorizationRequest(
            { issuer: record.issuer, pushed_authorization_request_endpoint: revocationEndpoint },
            client,
            clientAuth(endpoint),
            { token, token_type_hint: hint },
            { ...options, DPoP: proof.handle },
          )
        : oauth.revocationRequest(
            { issuer: record.issuer, revocation_endpoint: revocationEndpoint },
            client,
            clientAuth(endpoint),
            token,
            { ...options, additionalParameters: { token_type_hint: hint } },
          );
    const first = await send();
    if (first.ok || !proof || !first.headers.has('dpop-nonce')) return await answerOf(first);
    await discard(first);
    return await answerOf(await send());
  } catch (error) {
    if (error instanceof NetworkError) told(error.message);
    // An answer that is none, a place that may not be asked, or a key that is gone must not keep the tokens alive here either.
    if (
      [AuthError, NetworkError, ProtocolError, ConfigError, StoreError].some((kind) => error instanceof kind)
    )
      return 'failed';
    throw error;
  }
}

/** Every 200 is a yes, whatever it says (RFC 7009 section 2.2). */
async function answerOf(response: Response): Promise<Answer> {
  if (response.status !== 400) {
    await discard(response);
    return response.ok ? 'revoked' : 'failed';
  }
  const error = parseObject(await readText(response))?.error;
  return error === 'unsupported_token_type' ? 'not_supported' : 'failed';
}
