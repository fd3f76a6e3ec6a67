import type { ServerResponse } from 'node:http';
import { type Ledger, ledger, Refused } from './ledger.ts';
import { answer, type Hit, redirect } from './loopback.ts';
import { type McpServerHandle, serveMcp } from './mcp-server.ts';
import { calledTool } from './protection.ts';
import { sessionEndpoint } from './session-server.ts';
import type { Endpoints } from './sign-in.ts';

export type ChukServer = McpServerHandle &
  Endpoints & {
    ledger: Ledger;
    quirks: {
      /** `silent`: the person refuses at the upstream provider, and the client never hears of it. */
      decision: 'grant' | 'silent';
      /** Null in every token answer otherwise. */
      refreshTokens: boolean;
    };
  };

const paths = { authorization: '/oauth/authorize', token: '/oauth/token', registration: '/oauth/register' };

/** Behaves as servers built with ChukMCPServer do (it is not that server): above all, it never answers 401. */
export async function chukServer(): Promise<ChukServer> {
  const book = ledger(900);
  const quirks: ChukServer['quirks'] = { decision: 'grant', refreshTokens: false };
  const handle = await serveMcp({}, '/mcp', sessionEndpoint(), (hit, response) => {
    if (hit.path.startsWith('/.well-known/')) return serveMetadata(handle.url, hit, response);
    if (calledTool(hit) !== undefined) return refuseCall(book, hit, response);
    if (hit.path === paths.authorization) authorize(book, hit, response);
    else if (hit.path === '/oauth/upstream') finish(quirks, hit, response);
    else if (hit.path === paths.token) exchange(book, quirks, hit, response);
    else if (hit.path === paths.registration) register(book, hit, response);
    else return false;
    return true;
  });
  return Object.assign(handle, { ledger: book, quirks, paths });
}

/** At the root only; a path after it is 404 in plain text. */
function serveMetadata(origin: string, hit: Hit, response: ServerResponse): boolean {
  if (hit.path === '/.well-known/oauth-protected-resource') {
    answer(response, 200, { resource: origin, authorization_servers: [origin] });
  } else if (hit.path === '/.well-known/oauth-authorization-server') {
    answer(response, 200, {
      issuer: origin,
      authorization_endpoint: `${origin}${paths.authorization}`,
      token_endpoint: `${origin}${paths.token}`,
      registration_endpoint: `${origin}${paths.registration}`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      // Basic is advertised and ignored.
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'none'],
    });
  } else answer(response, 404, 'Not Found', 'text/plain');
  return true;
}

/** Listing tools needs no token; calling one without is a JSON-RPC error in a 200. */
function refuseCall(book: Ledger, hit: Hit, response: ServerResponse): boolean {
  const token = /^Bearer (.+)$/.exec(hit.headers.authorization ?? '')?.[1];
  if (token !== undefined && book.facts(token) !== undefined) return false;
  const message =
    token === undefined
      ? `Tool '${calledTool(hit)}' requires OAuth authorization`
      : 'OAuth validation failed: expired';
  const { id } = hit.json as { id: unknown };
  answer(response, 200, { jsonrpc: '2.0', id, error: { code: -32603, message } });
  return true;
}

function register(book: Ledger, { json }: Hit, response: ServerResponse): void {
  const { redirect_uris, client_name } = json as { redirect_uris: string[]; client_name?: string };
  const { id, secret } = book.register(redirect_uris, true);
  answer(response, 200, {
    client_id: id,
    client_secret: secret,
    client_name: client_name ?? null,
    redirect_uris,
  });
}

function authorize(book: Ledger, { params }: Hit, response: ServerResponse): void {
  const { client_id, redirect_uri = '', state = '' } = params;
  // Matched exactly, port included.
  if (!book.client(client_id)?.redirectUris.includes(redirect_uri)) {
    answer(response, 400, { error: 'invalid_request', error_description: 'Invalid redirect_uri' });
    return;
  }
  const query = new URLSearchParams({ back: redirect_uri, code: book.authorize(params), state });
  redirect(response, `/oauth/upstream?${query}`, 307);
}

/** The callback comes late: after a page that refreshes itself in three seconds, or never. */
function finish({ decision }: ChukServer['quirks'], { params }: Hit, response: ServerResponse): void {
  const { back, code = '', state = '' } = params;
  const target = `${back}?${new URLSearchParams({ code, state })}`.replaceAll('&', '&amp;');
  const refresh = decision === 'silent' ? '' : `<meta http-equiv="refresh" content="3;url=${target}">`;
  answer(
    response,
    200,
    `<!doctype html><html><head>${refresh}</head><body>Authorization complete</body></html>`,
  );
}

function exchange(
  book: Ledger,
  quirks: ChukServer['quirks'],
  { params }: Hit,
  response: ServerResponse,
): void {
  try {
    // `client_id` has to be in the body; a secret is not looked at.
    if (book.client(params.client_id) === undefined) throw new Refused('invalid_client');
    const issued = params.grant_type === 'refresh_token' ? book.refresh(params) : book.exchange(params);
    answer(response, 200, {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      // It lives 900.
      expires_in: 3600,
      refresh_token: quirks.refreshTokens ? issued.refreshToken : null,
      scope: null,
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // Whatever went wrong.
    answer(response, 400, { error: 'invalid_request', error_description: 'Token exchange failed' });
  }
}
