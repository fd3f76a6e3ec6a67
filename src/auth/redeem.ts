// The end of a sign-in: the code is exchanged, and what comes back is kept.

import type { StoredRecord } from '../store/record.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import type { Receiver } from './elsewhere.ts';
import { keepTokens } from './granted.ts';
import type { AuthPlan } from './plan.ts';
import { answerError } from './refusal.ts';
import { loginCommand } from './required.ts';
import { signingKey } from './signing.ts';
import { exchangeCode } from './token.ts';
import type { TokenAnswer } from './token-response.ts';
import { within } from './within.ts';

type Bound = { client: BoundClient; listener: Pick<Receiver, 'redirectUri'> };

/** The judged callback, and what proves that it is ours (RFC 7636). */
type Answer = { params: URLSearchParams; verifier: string | undefined };

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
  return keepTokens(ctx, key, { plan, client, tokens: answer.tokens });
}

/** A guessed client authentication method gets a second guess, with the same code: it was not used yet. */
async function exchange(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener }: Bound,
  { params, verifier }: Answer,
): Promise<{ answer: TokenAnswer; client: BoundClient }> {
  const key = client.authMethod === 'private_key_jwt' ? await signingKey(ctx.entry) : undefined;
  const post = (authMethod: BoundClient['authMethod']) =>
    exchangeCode(
      {
        issuer: plan.server.issuer,
        tokenEndpoint: plan.server.token_endpoint,
        clientId: client.id,
        secret: client.secret,
        key,
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
