// A request to a protected resource with a token that is bound to a key (RFC 9449 sections 7 to 9).

import * as oauth from 'oauth4webapi';
import type { Fetch } from '../deps.ts';
import { AuthError } from '../errors.ts';
import { Headers } from '../headers.ts';
import type { AuthContext } from './context.ts';
import type { Proof } from './proof.ts';

type Init = Parameters<Fetch>[1];

type Answer = { response: Response; challenges: oauth.WWWAuthenticateChallenge[]; wantsNonce: boolean };

/**
 * Sends `token` and its proof, in the place of any other `Authorization`; once more where the server wants a nonce of
 * its own to be signed.
 * @throws AuthError `invalid_dpop_proof` if the server does not take the proof; what `http` throws
 */
export async function sendProved(
  ctx: Pick<AuthContext, 'entry' | 'http'>,
  token: string,
  proof: Proof,
  url: string,
  init: Init,
): Promise<Response> {
  let answer = await send(ctx.http, token, proof, url, init);
  if (answer.wantsNonce) {
    await answer.response.body?.cancel();
    answer = await send(ctx.http, token, proof, url, init);
  }
  const { response, challenges } = answer;
  const said = challenges.map(({ parameters }) => parameters.error);
  const hint = said.includes('invalid_dpop_proof')
    ? 'a proof is good for a few minutes: check the clock of this machine'
    : said.includes('use_dpop_nonce') && 'tell its operator: it wants another nonce than the one it gives';
  if (!hint) return response;
  await response.body?.cancel();
  // No other token would help, so neither a renewal nor a person is asked for one.
  throw new AuthError('invalid_dpop_proof', `${ctx.entry.name} does not take the proof of our key`, {
    hint,
    server: ctx.entry.name,
  });
}

async function send(http: Fetch, token: string, proof: Proof, url: string, init: Init): Promise<Answer> {
  const headers = new Headers(init?.headers);
  headers.delete('authorization');
  let response: Response | undefined;
  try {
    await oauth.protectedResourceRequest(token, init?.method ?? 'GET', new URL(url), headers as never, null, {
      DPoP: proof.handle,
      [oauth.customFetch]: async (_url, signed) => {
        response = await http(url, { ...init, headers: signed.headers });
        return response;
      },
      // The HTTP layer decides which URLs may be reached, on loopback too.
      [oauth.allowInsecureRequests]: true,
    });
  } catch (error) {
    if (!response) throw error;
    const challenges = error instanceof oauth.WWWAuthenticateChallengeError ? error.cause : [];
    const wantsNonce = oauth.isDPoPNonceError(error) && response.headers.has('dpop-nonce');
    return { response, challenges, wantsNonce };
  }
  if (!response) throw new TypeError('nothing was sent');
  return { response, challenges: [], wantsNonce: false };
}
