// Pushed authorization requests (RFC 9126): the parameters go to the server directly, and the browser is given only
// a name for them.

import * as oauth from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { visible } from '../store/fields.ts';
import { readText } from './body.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import { withGuess } from './guess.ts';
import { toward } from './hop.ts';
import type { AuthPlan } from './plan.ts';
import type { Proof } from './proof.ts';
import { answerError } from './refusal.ts';
import { loginCommand } from './required.ts';
import { keyFor } from './signing.ts';
import { clientAuth } from './token.ts';
import { judgeTokenAnswer, type TokenAnswer } from './token-response.ts';
import { within } from './within.ts';

export type Pushed = {
  /** What the browser is given. */
  url: string;
  /** With the method of authentication that worked. */
  client: BoundClient;
};

type PushAnswer = Exclude<TokenAnswer, { kind: 'tokens' }> | { kind: 'pushed'; uri: string };

const requestUri = visible(4096);

/** Whether the server, or the registration, takes no other authorization requests. Pure. */
export function mustPush({ server }: Pick<AuthPlan, 'server'>, client: BoundClient): boolean {
  return server.require_pushed_authorization_requests === true || client.registered?.pushes === true;
}

/**
 * Sends the parameters of the authorization request `url` to the server, and returns the URL that stands for them.
 * @throws AuthError with the server's error; NetworkError; ProtocolError `metadata_invalid`, `token_response_invalid`
 */
export async function pushRequest(
  ctx: AuthContext,
  plan: AuthPlan,
  { client, proof }: { client: BoundClient; proof: Proof | undefined },
  url: string,
): Promise<Pushed> {
  const { name: server, path } = ctx.entry;
  const { issuer, authorization_endpoint } = plan.server;
  const params = new URL(url).searchParams;
  const { answer, authMethod } = await withGuess<PushAnswer>(client, (authMethod) =>
    send(ctx, plan, { ...client, authMethod }, proof, params),
  );
  if (answer.kind !== 'pushed')
    throw answerError(answer, {
      issuer,
      server,
      path,
      login: loginCommand(ctx.entry),
      endpoint: 'pushed authorization request endpoint',
    });
  const browser = new URL(authorization_endpoint);
  browser.searchParams.set('client_id', client.id);
  browser.searchParams.set('request_uri', answer.uri);
  return { url: browser.href, client: { ...client, authMethod } };
}

/** One request; with a proof, a second one where the server wants its nonce signed. */
async function send(
  ctx: AuthContext,
  { server }: AuthPlan,
  client: BoundClient,
  proof: Proof | undefined,
  params: URLSearchParams,
): Promise<PushAnswer> {
  const endpoint = server.pushed_authorization_request_endpoint;
  if (endpoint === undefined) {
    const text = `${server.issuer} wants pushed authorization requests and names no endpoint for them`;
    throw new ProtocolError('metadata_invalid', text, {
      hint: 'tell the operator of the authorization server',
      server: ctx.entry.name,
    });
  }
  const key = await keyFor(ctx.entry, client.authMethod);
  const once = async () =>
    judgePushed(
      await oauth.pushedAuthorizationRequest(
        { issuer: server.issuer, pushed_authorization_request_endpoint: endpoint },
        { client_id: client.id },
        clientAuth({ ...client, key }),
        params,
        {
          signal: within(ctx),
          ...(proof && { DPoP: proof.handle }),
          [oauth.customFetch]: toward(
            ctx.http,
            "the authorization server's pushed authorization request endpoint",
          ) as never,
          [oauth.allowInsecureRequests]: true,
        },
      ),
      [client.secret],
    );
  const first = await once();
  return proof && first.kind === 'refused' && first.error === 'use_dpop_nonce' ? once() : first;
}

/** Refusals have the form of those of a token endpoint (RFC 9126 section 2.3). */
async function judgePushed(
  response: Response,
  secrets: readonly (string | undefined)[],
): Promise<PushAnswer> {
  const text = await readText(response);
  const { status } = response;
  const refusal = judgeTokenAnswer({ status, contentType: 'application/json', text }, 0);
  if (refusal.kind === 'refused') {
    const echoes = secrets.some((secret) => secret && refusal.description?.includes(secret));
    return echoes ? { ...refusal, description: undefined } : refusal;
  }
  if (refusal.kind === 'trouble') return refusal;
  const uri = requestUri(parseObject(text)?.request_uri);
  return status >= 200 && status < 300 && uri !== undefined
    ? { kind: 'pushed', uri }
    : { kind: 'broken', why: 'its answer has no request_uri' };
}
