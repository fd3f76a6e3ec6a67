// Ending a sign-in: revoked at the server where it offers that (RFC 7009), forgotten here in any case.

import * as oauth from 'oauth4webapi';
import { ConfigError, NetworkError, ProtocolError, StoreError } from '../errors.ts';
import type { StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';
import { findRecord, keepRecord } from './keep.ts';
import { endpointOf } from './renew.ts';
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
  const { key } = await findRecord(ctx);
  // A record that is not this entry's own (auth/keep) has a client and a server that nobody here knows.
  if (options.only !== undefined && options.only !== key) return { had: false, revoked: 'failed' };
  return ctx.withLock(key, { wait: LOCK_WAIT, signal: ctx.signal }, async () => {
    const { record } = await findRecord(ctx);
    if (!record) return { had: false, revoked: 'nothing' };
    const revoked = await revoke(ctx, record);
    const { tokens, ...registration } = record;
    if (options.keepRegistration) await keepRecord(ctx, key, registration);
    else await (await ctx.store()).delete(key);
    // Without the registration there was something to forget even after a logout.
    return { had: tokens !== undefined || !options.keepRegistration, revoked };
  });
}

/** The refresh token first: revoking it ends the whole grant at servers that link them. */
async function revoke(ctx: AuthContext, record: StoredRecord): Promise<Revocation> {
  const { tokens, revocationEndpoint } = record;
  if (!tokens) return 'nothing';
  if (!revocationEndpoint) return 'not_supported';
  const sent = [
    { token: tokens.refreshToken, hint: 'refresh_token' },
    { token: tokens.accessToken, hint: 'access_token' },
  ];
  for (const { token, hint } of sent) {
    if (token !== undefined && !(await revokeOne(ctx, record, revocationEndpoint, token, hint)))
      return 'failed';
  }
  return 'revoked';
}

async function revokeOne(
  ctx: AuthContext,
  record: StoredRecord,
  revocationEndpoint: string,
  token: string,
  hint: string,
): Promise<boolean> {
  try {
    const endpoint = await endpointOf(ctx, record);
    const { proof } = endpoint;
    const client = { client_id: record.client.id };
    const options = {
      signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(SEND_LIMIT)]),
      [oauth.customFetch]: ctx.http as never,
      [oauth.allowInsecureRequests]: true,
    };
    const send = async () => {
      const response = proof
        ? // The same form with a proof, which oauth4webapi sends to this kind of endpoint only.
          await oauth.pushedAuthorizationRequest(
            { issuer: record.issuer, pushed_authorization_request_endpoint: revocationEndpoint },
            client,
            clientAuth(endpoint),
            { token, token_type_hint: hint },
            { ...options, DPoP: proof.handle },
          )
        : await oauth.revocationRequest(
            { issuer: record.issuer, revocation_endpoint: revocationEndpoint },
            client,
            clientAuth(endpoint),
            token,
            { ...options, additionalParameters: { token_type_hint: hint } },
          );
      await response.body?.cancel();
      return response;
    };
    const response = await send();
    const wantsNonce = !response.ok && proof && response.headers.has('dpop-nonce');
    return (wantsNonce ? await send() : response).ok;
  } catch (error) {
    // An answer that is none, a place that may not be asked, or a key that is gone must not keep the tokens alive here either.
    if ([NetworkError, ProtocolError, ConfigError, StoreError].some((kind) => error instanceof kind))
      return false;
    throw error;
  }
}
