// The end of a sign-in: the code is exchanged, and what comes back is kept.

import type { StoredRecord, StoredTokens } from '../store/record.ts';
import type { Listener } from './callback.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import { foreignDocument, keepRecord } from './keep.ts';
import type { AuthPlan } from './plan.ts';
import { loginCommand } from './required.ts';
import { answerError, exchangeCode } from './token.ts';
import type { TokenAnswer } from './token-response.ts';
import { within } from './within.ts';

type Bound = { client: BoundClient; listener: Listener };

/** The judged callback, and what proves that it is ours (RFC 7636). */
type Answer = { params: URLSearchParams; verifier: string | undefined };

const LOCK_WAIT = 30_000;

/**
 * Exchanges the code and keeps the record under `key`.
 * @throws AuthError with the server's error; NetworkError; ProtocolError `token_response_invalid`; StoreError
 */
export async function redeem(
  ctx: AuthContext,
  key: string,
  plan: AuthPlan,
  bound: Bound,
  callback: Answer,
): Promise<StoredRecord> {
  const { name: server, path } = ctx.entry;
  const { answer, client } = await exchange(ctx, plan, bound, callback);
  if (answer.kind !== 'tokens') {
    const login = loginCommand(ctx.entry);
    throw answerError(answer, { issuer: plan.server.issuer, server, path, login });
  }
  return keep(ctx, key, plan, client, answer.tokens);
}

/** A guessed client authentication method gets a second guess, with the same code: it was not used yet. */
async function exchange(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener }: Bound,
  { params, verifier }: Answer,
): Promise<{ answer: TokenAnswer; client: BoundClient }> {
  const post = (authMethod: BoundClient['authMethod']) =>
    exchangeCode(
      {
        issuer: plan.server.issuer,
        tokenEndpoint: plan.server.token_endpoint,
        clientId: client.id,
        secret: client.secret,
        authMethod,
        resource: plan.resource,
      },
      { params, redirectUri: listener.redirectUri, verifier },
      { http: ctx.http, signal: within(ctx), now: ctx.now },
    );
  const answer = await post(client.authMethod);
  const guessed = !client.methodKnown && client.authMethod === 'client_secret_basic';
  if (!guessed || answer.kind !== 'refused' || answer.error !== 'invalid_client') return { answer, client };
  return {
    answer: await post('client_secret_post'),
    client: { ...client, authMethod: 'client_secret_post' },
  };
}

async function keep(
  ctx: AuthContext,
  key: string,
  plan: AuthPlan,
  client: BoundClient,
  tokens: StoredTokens,
): Promise<StoredRecord> {
  const { entry } = ctx;
  const asked = plan.scopes.join(' ');
  const record: StoredRecord = {
    version: 1,
    server: entry.name,
    ...(entry.account !== undefined && { account: entry.account }),
    url: entry.url,
    issuer: plan.server.issuer,
    tokenEndpoint: plan.server.token_endpoint,
    ...(plan.server.revocation_endpoint && { revocationEndpoint: plan.server.revocation_endpoint }),
    ...foreignDocument(entry, plan.server.issuer),
    ...(plan.resource !== undefined && { resource: plan.resource }),
    client: {
      id: client.id,
      source: client.source,
      authMethod: client.authMethod,
      ...(client.source === 'registered' && client.registered),
    },
    // RFC 6749 section 5.1: an answer that does not name the scope granted what was asked for.
    tokens: { ...tokens, ...(!tokens.scope && asked && { scope: asked }) },
  };
  // Not cancelled by Ctrl-C any more: the code is spent, and the tokens exist nowhere else.
  const lock = { wait: LOCK_WAIT, signal: new AbortController().signal };
  await ctx.withLock(key, lock, () => keepRecord(ctx, key, record));
  const store = await (await ctx.store()).holder(key);
  ctx.notify({
    kind: 'signed-in',
    issuer: record.issuer,
    expiresAt: tokens.expiresAt,
    refreshable: tokens.refreshToken !== undefined,
    store: store.name,
  });
  return record;
}
