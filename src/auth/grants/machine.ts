// Signing in where no person is needed: the request, and what comes back is kept as ever.

import { StoreError } from '../../errors.ts';
import type { MachineGrant, StoredRecord } from '../../store/record.ts';
import { pinnedIssuer } from '../binding.ts';
import { openProof, withProof } from '../bound.ts';
import type { AuthContext } from '../context.ts';
import { keepTokens, recordOf } from '../granted.ts';
import { withGuess } from '../guess.ts';
import type { Client } from '../identity.ts';
import type { Kept } from '../keep.ts';
import { type PlanFacts, planMachine } from '../plan.ts';
import { answerError } from '../refusal.ts';
import { loginCommand } from '../required.ts';
import { keyFor } from '../signing.ts';
import { requestTokens, type TokenEndpoint } from '../token.ts';
import type { TokenAnswer } from '../token-response.ts';
import { within } from '../within.ts';
import { tellReceiver } from './beforehand.ts';

/** What is sent besides the client's proof, the resource and the scopes. */
type Grant = { type: string; params: Record<string, string> };

/**
 * Gets tokens with the configured grant, and keeps them.
 * @throws ConfigError `client_needed`, `private_key`, `credential_missing`; AuthError with the server's error;
 * NetworkError; ProtocolError; StoreError
 */
export async function enterAlone(
  ctx: AuthContext,
  kept: Kept,
  kind: MachineGrant,
  facts: PlanFacts,
): Promise<StoredRecord> {
  const { entry } = ctx;
  const plan = planMachine(entry, facts);
  const { server, client } = plan;
  const keeps = await canKeep(ctx, kept.key);
  // Nobody is asked who gets the secret. What cannot be remembered is the server's word anew each time.
  if (!kept.record && pinnedIssuer(entry.oauth) === undefined)
    tellReceiver(
      ctx,
      server.issuer,
      keeps ? undefined : `as the server says, and nothing here remembers it: set ${entry.path}.oauth.issuer`,
    );
  const endpoint: TokenEndpoint = {
    issuer: server.issuer,
    tokenEndpoint: server.token_endpoint,
    clientId: client.id,
    secret: client.secret,
    key: await keyFor(entry, client.authMethod),
    authMethod: client.authMethod,
    anonymous: client.source === 'assertion',
    resource: plan.resource,
    proof: await openProof(ctx, plan, undefined, kept.record),
  };
  const grant = await grantOf(ctx, kind, plan);
  const sent = withScopes(grant, plan.scopes);
  let used = client;
  const { answer, proof } = await withProof(ctx, plan, endpoint.proof, async (proof) => {
    const { answer, authMethod } = await send(ctx, { ...endpoint, proof }, used, sent);
    used = { ...client, authMethod };
    return answer;
  });
  if (answer.kind !== 'tokens') {
    const { name, path } = entry;
    const context = { issuer: server.issuer, server: name, path, login: loginCommand(entry) };
    throw answerError(answer, { ...context, grant: kind });
  }
  const known = { ...used, reused: false, registered: undefined };
  const granted = { plan, client: known, tokens: answer.tokens, grant: kind, proof };
  return keeps ? keepTokens(ctx, kept.key, granted) : recordOf(ctx, granted);
}

async function grantOf(
  ctx: AuthContext,
  kind: MachineGrant,
  plan: ReturnType<typeof planMachine>,
): Promise<Grant> {
  switch (kind) {
    case 'client_credentials':
      return { type: 'client_credentials', params: {} };
    case 'jwt_bearer': {
      const { workloadAssertion } = await import('./assertion.ts');
      return jwtBearer(await workloadAssertion(ctx, plan));
    }
    case 'enterprise_managed': {
      const { identityAssertion } = await import('./enterprise.ts');
      return jwtBearer(await identityAssertion(ctx, plan));
    }
  }
}

/** RFC 7523 section 2.1. */
function jwtBearer(assertion: string): Grant {
  return { type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', params: { assertion } };
}

function withScopes({ type, params }: Grant, scopes: string[]): Grant {
  return { type, params: { ...params, ...(scopes.length > 0 && { scope: scopes.join(' ') }) } };
}

function send(ctx: AuthContext, endpoint: TokenEndpoint, client: Client, grant: Grant) {
  return withGuess<TokenAnswer>(client, (authMethod) =>
    requestTokens({ ...endpoint, authMethod }, grant, { http: ctx.http, signal: within(ctx), now: ctx.now }),
  );
}

/** Whether the store can keep tokens. These can be had again at any time: without a password they are just not kept. */
async function canKeep(ctx: AuthContext, key: string): Promise<boolean> {
  try {
    await (await ctx.store()).ready(key);
    return true;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'no_password') throw error;
    return false;
  }
}
