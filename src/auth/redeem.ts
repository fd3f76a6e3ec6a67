// The end of a sign-in: the code is exchanged, and what comes back is kept.

import type { StoredRecord } from '../store/record.ts';
import { withProof } from './bound.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import type { Receiver } from './elsewhere.ts';
import { keepTokens } from './granted.ts';
import { withGuess } from './guess.ts';
import type { AuthPlan } from './plan.ts';
import type { Proof } from './proof.ts';
import { answerError } from './refusal.ts';
import { loginCommand } from './required.ts';
import { keyFor } from './signing.ts';
import { exchangeCode } from './token.ts';
import type { TokenAnswer } from './token-response.ts';
import { within } from './within.ts';

type Bound = {
  client: BoundClient;
  listener: Pick<Receiver, 'redirectUri'>;
  proof: Proof | undefined;
};

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
  const { answer, client, proof } = await exchange(ctx, plan, bound, callback);
  if (answer.kind !== 'tokens') {
    const login = loginCommand(ctx.entry);
    throw answerError(answer, { issuer: plan.server.issuer, server, path, login });
  }
  return keepTokens(ctx, key, { plan, client, tokens: answer.tokens, proof });
}

type Exchanged = { answer: TokenAnswer; client: BoundClient; proof: Proof | undefined };

/** Each refusal that leaves the code unused gets one more try: a guessed way to authenticate, a proof not asked for before. */
async function exchange(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, listener, proof }: Bound,
  { params, verifier }: Answer,
): Promise<Exchanged> {
  const key = await keyFor(ctx.entry, client.authMethod);
  const post = (authMethod: BoundClient['authMethod'], proof: Proof | undefined): Promise<TokenAnswer> =>
    exchangeCode(
      {
        issuer: plan.server.issuer,
        tokenEndpoint: plan.server.token_endpoint,
        clientId: client.id,
        secret: client.secret,
        key,
        authMethod,
        resource: plan.resource,
        proof,
      },
      { params, redirectUri: listener.redirectUri, verifier },
      { http: ctx.http, signal: within(ctx), now: ctx.now },
    );
  let used = client;
  const asked = await withProof(ctx, plan, proof, async (proof) => {
    const { answer, authMethod } = await withGuess(used, (authMethod) => post(authMethod, proof));
    used = { ...client, authMethod };
    return answer;
  });
  return { ...asked, client: used };
}
