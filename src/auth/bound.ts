// Whether tokens are to be bound to a key (RFC 9449), and what that key is. Deciding is pure.

import type { HttpEntry } from '../config/entry.ts';
import { ProtocolError } from '../errors.ts';
import { PROOF_ALGORITHMS, type ProofAlgorithm } from '../store/proof-key.ts';
import type { StoredClient, StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';
import type { ServerMetadata } from './metadata.ts';
import type { GrantPlan, PlanFacts } from './plan.ts';
import { newProof, type Proof, proofWith } from './proof.ts';
import { asksForProof, type TokenAnswer } from './token-response.ts';

export type ProofPlan = {
  /** Never: nobody may bind them. */
  allowed: boolean;
  /** The configuration or a server asks for it, or the last sign-in was bound. The client may ask for it as well. */
  wanted: boolean;
  /** What is signed with: one that both servers take, of those that they list. */
  algorithms: ProofAlgorithm[];
};

/** Pure. A sign-in that was bound once stays so: a server that then has less would be somebody else, or attacked. */
export function planProof(
  entry: HttpEntry,
  server: ServerMetadata,
  { record, discovery, challenge }: Pick<PlanFacts, 'record' | 'discovery' | 'challenge'>,
): ProofPlan {
  const configured = entry.oauth?.dpop;
  const { resource } = discovery ?? {};
  const lists = [server.dpop_signing_alg_values_supported, resource?.proofAlgorithms];
  const before = record?.proofKey !== undefined && record.issuer === server.issuer;
  const asked = resource?.bound === true || challenge?.bound === true;
  const registered = entry.oauth?.dynamicRegistration?.metadata?.dpop_bound_access_tokens === true;
  return {
    allowed: configured !== false,
    wanted: configured ?? (before || asked || registered),
    algorithms: PROOF_ALGORITHMS.filter((alg) => lists.every((list) => list?.includes(alg) ?? true)),
  };
}

/**
 * The key for a sign-in of this client: that of the last time, or a new one; undefined where none is wanted.
 * @throws ProtocolError `dpop_unsupported`; StoreError `corrupt`
 */
export async function openProof(
  ctx: AuthContext,
  plan: Pick<GrantPlan, 'proof' | 'server'>,
  client: Pick<StoredClient, 'bound'> | undefined,
  record: StoredRecord | undefined,
): Promise<Proof | undefined> {
  const { allowed, wanted, algorithms } = plan.proof;
  if (!allowed || !(wanted || client?.bound)) return undefined;
  const [best] = algorithms;
  if (best === undefined) {
    throw new ProtocolError('dpop_unsupported', `${plan.server.issuer} takes no proofs that we can sign`, {
      hint: `it must take one of ${PROOF_ALGORITHMS.join(', ')}; ${ctx.entry.path}.oauth.dpop set to false does without`,
      server: ctx.entry.name,
    });
  }
  const key = record?.issuer === plan.server.issuer ? record.proofKey : undefined;
  return key && algorithms.includes(key.alg) ? proofWith(ctx, key) : newProof(ctx, best);
}

/**
 * Asks for tokens with this proof. Where there is none and the server turns out to want one, asks once more: what came
 * with the first request was not used then. Returns the proof of the last one. Throws what `openProof` and `ask` throw.
 */
export async function withProof(
  ctx: AuthContext,
  plan: Pick<GrantPlan, 'proof' | 'server'>,
  proof: Proof | undefined,
  ask: (proof: Proof | undefined) => Promise<TokenAnswer>,
): Promise<{ answer: TokenAnswer; proof: Proof | undefined }> {
  const answer = await ask(proof);
  if (proof || !asksForProof(answer)) return { answer, proof };
  const late = await openProof(ctx, plan, { bound: true }, undefined);
  return late ? { answer: await ask(late), proof: late } : { answer, proof };
}
