import type { ServerResponse } from 'node:http';
import { type Ledger, ledger, Refused } from './ledger.ts';
import { answer, type Hit, redirect } from './loopback.ts';
import { type McpServerHandle, serveMcp } from './mcp-server.ts';
import { sessionEndpoint } from './session-server.ts';
import type { Endpoints } from './sign-in.ts';

export type EarlyServer = McpServerHandle & Endpoints & { ledger: Ledger };

/**
 * A server of the 2025-03-26 revision: no metadata of any kind, and the authorization server at the default paths of
 * its own origin. Those endpoints are hand-written, because no certified server can be found without metadata.
 */
export async function earlyServer(): Promise<EarlyServer> {
  const book = ledger();
  const handle = await serveMcp(
    { protection: { challenge: 'without-metadata', metadataAt: 'nowhere' } },
    '/mcp',
    sessionEndpoint(),
    (hit, response) => serveDefaults(book, hit, response),
  );
  // The resource is not part of this revision: a token is good for the server that issued it.
  handle.protection.authorizationServers = [
    { issuer: handle.url, validate: async (token) => book.facts(token) },
  ];
  const paths = { authorization: '/authorize', token: '/token', registration: '/register' };
  return Object.assign(handle, { ledger: book, paths });
}

function serveDefaults(book: Ledger, hit: Hit, response: ServerResponse): boolean {
  if (hit.path === '/authorize') authorize(book, hit, response);
  else if (hit.path === '/token') exchange(book, hit, response);
  else if (hit.path === '/register') {
    const { redirect_uris: uris } = hit.json as { redirect_uris: string[] };
    const { id } = book.register(uris, false);
    answer(response, 201, { client_id: id, redirect_uris: uris, token_endpoint_auth_method: 'none' });
  } else return false;
  return true;
}

function authorize(book: Ledger, { params }: Hit, response: ServerResponse): void {
  const known = book.client(params.client_id)?.redirectUris.includes(params.redirect_uri ?? '');
  if (!known || params.code_challenge_method !== 'S256') {
    answer(response, 400, 'Unknown client or redirect, or no PKCE', 'text/plain');
    return;
  }
  const back = new URL(params.redirect_uri ?? '');
  back.searchParams.set('code', book.authorize(params));
  if (params.state !== undefined) back.searchParams.set('state', params.state);
  redirect(response, back.href);
}

function exchange(book: Ledger, { params }: Hit, response: ServerResponse): void {
  try {
    const issued = params.grant_type === 'refresh_token' ? book.refresh(params) : book.exchange(params);
    answer(response, 200, {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: issued.refreshToken,
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer(response, 400, { error: error.error });
  }
}
