// A sign-in without the program under test: the smoke tests of the counterparts use it, and tests that only need a
// good token.
import { createHash, randomBytes } from 'node:crypto';
import type { StaticClient } from './clients.ts';
import { walk } from './walk.mjs';

/** Where an authorization server listens. */
export type Endpoints = {
  url: string;
  paths: { authorization: string; token: string; registration: string };
};

type Tokens = { access_token: string; refresh_token?: string; scope?: string; expires_in: number };
export type TokenAnswer = Partial<Tokens> & { error?: string };

export type SignInOptions = { resource?: string; scope?: string; client?: StaticClient };

const redirectUri = 'http://127.0.0.1/callback';

/** Registers unless given a client, walks through the authorization endpoint, and exchanges the code. */
export async function signIn(server: Endpoints, options: SignInOptions = {}): Promise<SignedIn> {
  const client = options.client ?? (await registerClient(server));
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: options.scope ?? 'mcp:read offline_access',
    prompt: 'consent',
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(options.resource !== undefined && { resource: options.resource }),
  });
  const callback = await authorize(`${server.url}${server.paths.authorization}?${query}`);
  const exchange = {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: redirectUri,
  };
  const tokens = await tokenRequest(server, client, exchange);
  return { client, callback, tokens, exchange };
}

export type SignedIn = {
  client: StaticClient;
  /** The URL that the browser was sent to at the end. */
  callback: URL;
  tokens: TokenAnswer;
  /** The token request's parameters, to be sent again. */
  exchange: Record<string, string>;
};

/** Sends parameters to the token endpoint, authenticated as the client is registered. */
export async function tokenRequest(
  server: Endpoints,
  client: StaticClient,
  params: Record<string, string>,
): Promise<TokenAnswer> {
  const { client_id, client_secret = '', token_endpoint_auth_method: method } = client;
  const body = new URLSearchParams({ ...params, client_id });
  if (method === 'client_secret_post') body.set('client_secret', client_secret);
  const encoded = new URLSearchParams([[client_id, client_secret]]).toString().replace('=', ':');
  const headers: Record<string, string> =
    method === 'client_secret_basic'
      ? { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }
      : {};
  const response = await fetch(`${server.url}${server.paths.token}`, { method: 'POST', headers, body });
  return (await response.json()) as TokenAnswer;
}

async function registerClient(server: Endpoints): Promise<StaticClient> {
  const response = await fetch(`${server.url}${server.paths.registration}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  });
  return (await response.json()) as StaticClient;
}

/** Walks up to the redirect to the client, where nobody listens. */
async function authorize(url: string): Promise<URL> {
  let callback: URL | undefined;
  const tamper = (target: URL) => {
    if (!target.href.startsWith(`${redirectUri}?`)) return undefined;
    callback = target;
    throw new Error('arrived');
  };
  const walked = await walk(url, { tamper }).catch(() => undefined);
  if (callback === undefined)
    throw new Error(`the walk ended at ${walked?.url}: ${walked?.status} ${walked?.body}`);
  return callback;
}
