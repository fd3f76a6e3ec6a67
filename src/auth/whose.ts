// Whose sign-in it is where no ID token says so: the authorization server is asked, with its own token and at its own
// endpoints. The userinfo endpoint (OpenID Connect Core section 5.3) first, then introspection (RFC 7662).

import * as oauth from 'oauth4webapi';
import { CancelledError, CliError, NetworkError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import type { Identity } from '../store/identity.ts';
import type { SignedRecord } from '../store/record.ts';
import { discard, readText } from './body.ts';
import type { AuthContext } from './context.ts';
import { endpointOf } from './endpoint.ts';
import { unexpected } from './expect.ts';
import { toward } from './hop.ts';
import { identityOf, merged, withOwner } from './id-token.ts';
import type { ServerMetadata } from './metadata.ts';
import { proofOf } from './proof.ts';
import { sendProved } from './prove.ts';
import { coversScopes } from './scope.ts';
import { clientAuth } from './token.ts';
import { within } from './within.ts';

export type Told = { identity: Identity; source: 'userinfo' | 'introspection' };

/** The record with its owner, as far as that can be known; nobody is asked unless the entry expects somebody. */
export async function withKnownOwner(
  ctx: AuthContext,
  given: SignedRecord,
  server: ServerMetadata,
): Promise<SignedRecord> {
  const { record, wrong } = withOwner(given);
  if (wrong !== undefined)
    ctx.notify({ kind: 'notice', level: 'detail', text: `the ID token is not used: ${wrong}` });
  if (ctx.entry.expectAccount === undefined || !unexpected(ctx.entry, record)) return record;
  // Many servers put the address here and not into the ID token.
  const told = await askWhose(ctx, record, server);
  const identity = merged(record.identity, told?.identity);
  return identity === undefined ? record : { ...record, identity };
}

/**
 * Whose token it is, by the word of the server that issued it: `server` is metadata of `record.issuer`. Undefined if it
 * does not say; never throws for what it answers.
 * @throws CancelledError
 */
export async function askWhose(
  ctx: AuthContext,
  record: SignedRecord,
  server: ServerMetadata,
): Promise<Told | undefined> {
  if (server.issuer !== record.issuer) return undefined;
  const identity = await quietly(ctx, () => fromUserinfo(ctx, record, server));
  if (identity) return { identity, source: 'userinfo' };
  const introspected = await quietly(ctx, () => fromIntrospection(ctx, record, server));
  return introspected && { identity: introspected, source: 'introspection' };
}

async function fromUserinfo(
  ctx: AuthContext,
  record: SignedRecord,
  { userinfo_endpoint: endpoint }: ServerMetadata,
): Promise<Identity | undefined> {
  const { accessToken, scope, tokenType } = record.tokens;
  if (endpoint === undefined) return undefined;
  if (scope !== undefined && !coversScopes(scope, ['openid'])) return undefined;
  const proof = await proofOf(ctx, record);
  // Without its key it is good nowhere.
  if (tokenType === 'DPoP' && !proof) return undefined;
  const http = toward(ctx.http, "the authorization server's userinfo endpoint");
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` };
  const init = { headers, redirect: 'manual' as const, signal: within(ctx) };
  return claimsIn(
    proof
      ? await sendProved({ ...ctx, http }, accessToken, proof, endpoint, init)
      : await http(endpoint, init),
  );
}

/** For who may ask: a server that lets this client do so says who its token stands for. */
async function fromIntrospection(
  ctx: AuthContext,
  record: SignedRecord,
  { introspection_endpoint: endpoint }: ServerMetadata,
): Promise<Identity | undefined> {
  if (endpoint === undefined) return undefined;
  const response = await oauth.introspectionRequest(
    { issuer: record.issuer, introspection_endpoint: endpoint },
    { client_id: record.client.id },
    clientAuth(await endpointOf(ctx, record)),
    record.tokens.accessToken,
    {
      additionalParameters: { token_type_hint: 'access_token' },
      signal: within(ctx),
      [oauth.customFetch]: toward(ctx.http, "the authorization server's introspection endpoint") as never,
      [oauth.allowInsecureRequests]: true,
    },
  );
  return claimsIn(response, (claims) => claims.active === true);
}

async function claimsIn(
  response: Response,
  counts: (claims: Record<string, unknown>) => boolean = () => true,
): Promise<Identity | undefined> {
  if (response.status !== 200) {
    await discard(response);
    return undefined;
  }
  const claims = parseObject(await readText(response));
  return claims && counts(claims) ? identityOf(claims) : undefined;
}

/** An endpoint that fails says nothing of anybody; that it was not reached is told. */
async function quietly<T>(ctx: AuthContext, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (ctx.signal.aborted) throw new CancelledError();
    if (error instanceof NetworkError) ctx.notify({ kind: 'notice', level: 'warning', text: error.message });
    if (error instanceof CliError && !(error instanceof CancelledError)) return undefined;
    throw error;
  }
}
