// The device authorization request (RFC 8628 section 3.1), sent by oauth4webapi, judged by device-answer.

import * as oauth from 'oauth4webapi';
import type { Fetch } from '../deps.ts';
import { ProtocolError } from '../errors.ts';
import { readText } from './body.ts';
import type { BoundClient } from './client.ts';
import type { AuthContext } from './context.ts';
import { type DeviceAnswer, type DeviceCode, judgeDeviceAnswer } from './device-answer.ts';
import { withGuess } from './guess.ts';
import { toward } from './hop.ts';
import type { DevicePlan } from './plan.ts';
import { answerError } from './refusal.ts';
import { deviceCommand } from './required.ts';
import { keyFor } from './signing.ts';
import { clientAuth, type TokenEndpoint } from './token.ts';
import { within } from './within.ts';

/** What is needed of a plan; one for a browser has it where the server offers both. */
export type Asked = Pick<DevicePlan, 'server' | 'scopes' | 'resource' | 'extraParams' | 'proof'>;

/** A code, and the client that it was given to, as it proved itself. */
export type Given = { code: DeviceCode; endpoint: TokenEndpoint };

export type Refused = Exclude<DeviceAnswer, { kind: 'code' }>;

type Sending = { http: Fetch; signal: AbortSignal; now(): number; allowHttp: boolean };

type Asking = { kind: 'given'; given: Given } | Refused;

/** Asks for a code. A guessed client authentication method gets a second guess. Throws NetworkError. */
export async function askForCode(ctx: AuthContext, plan: Asked, client: BoundClient): Promise<Asking> {
  const { entry } = ctx;
  const { server } = plan;
  const key = await keyFor(entry, client.authMethod);
  const ask = async (authMethod: BoundClient['authMethod']): Promise<Asking> => {
    const endpoint = {
      issuer: server.issuer,
      tokenEndpoint: server.token_endpoint,
      deviceEndpoint: server.device_authorization_endpoint,
      clientId: client.id,
      secret: client.secret,
      key,
      authMethod,
      resource: plan.resource,
    };
    const sending = { http: ctx.http, signal: within(ctx), now: ctx.now, allowHttp: entry.allowHttp };
    const answer = await requestDeviceCode(endpoint, paramsOf(plan), sending);
    return answer.kind === 'code' ? { kind: 'given', given: { code: answer.code, endpoint } } : answer;
  };
  return (await withGuess(client, ask)).answer;
}

/** As of an authorization request: servers decide here what the person is asked. */
function paramsOf({ scopes, extraParams }: Asked): Record<string, string> {
  const params = {
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    // OpenID Connect Core section 11: without consent, offline_access is ignored.
    ...(scopes.includes('offline_access') && { prompt: 'consent' }),
    ...extraParams,
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
}

/** The error for an answer that is no code. */
export function refusalOf(ctx: AuthContext, plan: Asked, answer: Refused): Error {
  if (answer.kind === 'unsafe') {
    const { issuer } = plan.server;
    return new ProtocolError('invalid_url', `${issuer} names a page for the code that must not be opened`, {
      hint: 'tell the operator of the authorization server',
      server: ctx.entry.name,
    });
  }
  return answerError(answer, { ...refusalContext(ctx, plan), endpoint: 'device authorization endpoint' });
}

/** What an error of this grant is told with. */
export function refusalContext({ entry }: AuthContext, { server }: Asked) {
  const { name, path } = entry;
  return {
    issuer: server.issuer,
    server: name,
    path,
    login: deviceCommand(entry),
    grant: 'device_code' as const,
  };
}

async function requestDeviceCode(
  endpoint: TokenEndpoint & { deviceEndpoint: string },
  params: Record<string, string>,
  sending: Sending,
): Promise<DeviceAnswer> {
  const parameters = new URLSearchParams(params);
  if (endpoint.resource !== undefined) parameters.set('resource', endpoint.resource);
  const response = await oauth.deviceAuthorizationRequest(
    { issuer: endpoint.issuer, device_authorization_endpoint: endpoint.deviceEndpoint },
    { client_id: endpoint.clientId },
    clientAuth(endpoint),
    parameters,
    {
      signal: sending.signal,
      [oauth.customFetch]: toward(
        sending.http,
        "the authorization server's device authorization endpoint",
      ) as never,
      // The HTTP layer decides which URLs may be reached, on loopback too.
      [oauth.allowInsecureRequests]: true,
    },
  );
  const raw = {
    status: response.status,
    contentType: response.headers.get('content-type'),
    text: await readText(response),
  };
  const answer = judgeDeviceAnswer(raw, sending.now(), sending.allowHttp);
  // A server may echo what it was sent in its error text: that must not reach a log.
  const echoes =
    answer.kind === 'refused' && endpoint.secret && answer.description?.includes(endpoint.secret);
  return echoes ? { ...answer, description: undefined } : answer;
}
