import type { ServerResponse } from 'node:http';
import { type Ledger, ledger, Refused } from './ledger.ts';
import { answer, type Hit, type Loopback, listen, redirect } from './loopback.ts';
import { type McpServerHandle, serveMcp } from './mcp-server.ts';
import { sessionEndpoint } from './session-server.ts';
import type { Endpoints } from './sign-in.ts';

export type FeatureServer = McpServerHandle & {
  /** In `external` mode another origin; in `internal` mode the server's own. */
  authorization: Loopback & Endpoints;
  ledger: Ledger;
  quirks: Quirks;
};

/** What a test may change while the server runs. */
type Quirks = {
  /** Registration returns a secret even to a client that asks for `none`. */
  secretAnyway: boolean;
};

const paths = { authorization: '/authorize', token: '/token', registration: '/register' };

/**
 * Behaves as the MCP feature reference server does (it is not that server): in `external` mode the challenge names
 * metadata that is not there, and the MCP origin serves authorization server metadata of another issuer.
 */
export async function featureServer(mode: 'external' | 'internal' = 'external'): Promise<FeatureServer> {
  const book = ledger();
  const quirks: Quirks = { secretAnyway: false };
  const elsewhere = await listen((_request, response, hit) => {
    if (!serveAuthorization(book, quirks, elsewhere.url, hit, response))
      answer(response, 404, 'Not Found', 'text/plain');
  });
  const handle = await serveMcp({}, '/mcp', sessionEndpoint(), (hit, response) => {
    if (mode === 'internal') return serveAuthorization(book, quirks, handle.url, hit, response);
    if (hit.path !== '/.well-known/oauth-authorization-server') return false;
    // Without the slash that the issuer's own document has.
    answer(response, 200, metadata(elsewhere.url, elsewhere.url));
    return true;
  });

  const origin = mode === 'internal' ? handle.url : elsewhere.url;
  Object.assign(handle.protection, {
    metadataAt: mode === 'internal' ? 'path' : 'nowhere-html',
    // The origin with a slash, while the endpoint is /mcp.
    resource: `${handle.url}/`,
    authorizationServers: [{ issuer: origin, validate: async (token: string) => book.facts(token) }],
  });
  handle.lostSession = 'unauthorized';
  const closeMcp = handle.close;
  return Object.assign(handle, {
    authorization: { ...(mode === 'internal' ? handle : elsewhere), paths },
    ledger: book,
    quirks,
    close: async () => {
      await elsewhere.close();
      await closeMcp();
    },
  });
}

function metadata(issuer: string, origin: string): object {
  return {
    issuer,
    authorization_endpoint: `${origin}${paths.authorization}`,
    token_endpoint: `${origin}${paths.token}`,
    registration_endpoint: `${origin}${paths.registration}`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    // Not so: a client that was given a secret has to post it.
    token_endpoint_auth_methods_supported: ['none'],
  };
}

function serveAuthorization(
  book: Ledger,
  quirks: Quirks,
  origin: string,
  hit: Hit,
  response: ServerResponse,
): boolean {
  if (hit.path === '/.well-known/oauth-authorization-server')
    answer(response, 200, metadata(`${origin}/`, origin));
  else if (hit.path === paths.authorization) authorize(book, hit, response);
  else if (hit.path === paths.token) exchange(book, hit, response);
  else if (hit.path === paths.registration) register(book, quirks, hit, response);
  else return false;
  return true;
}

function register(book: Ledger, quirks: Quirks, { json }: Hit, response: ServerResponse): void {
  const asked = json as { redirect_uris: string[]; token_endpoint_auth_method?: string };
  const isPublic = asked.token_endpoint_auth_method === 'none' && !quirks.secretAnyway;
  const { id, secret } = book.register(asked.redirect_uris, !isPublic);
  answer(response, 201, { ...asked, client_id: id, ...(secret !== undefined && { client_secret: secret }) });
}

function authorize(book: Ledger, { params }: Hit, response: ServerResponse): void {
  const { client_id, redirect_uri = '', state = '' } = params;
  if (!book.client(client_id)?.redirectUris.includes(redirect_uri)) {
    answer(response, 400, { error: 'invalid_request' });
    return;
  }
  // Put together by hand: the state is not encoded, and a redirect with a query gets a second question mark.
  redirect(response, `${redirect_uri}?code=${book.authorize(params)}&state=${state}`);
}

function exchange(book: Ledger, { params }: Hit, response: ServerResponse): void {
  const client = book.client(params.client_id);
  // Only the body counts: Basic is not understood.
  if (client === undefined || (client.secret ?? params.client_secret) !== params.client_secret) {
    answer(response, 400, { error: 'invalid_client', error_description: 'Invalid client' });
    return;
  }
  try {
    // The old refresh token goes on working, and the answer has no scope.
    const issued = params.grant_type === 'refresh_token' ? book.refresh(params, true) : book.exchange(params);
    answer(response, 200, {
      access_token: issued.accessToken,
      refresh_token: issued.refreshToken,
      expires_in: 900,
      token_type: 'bearer',
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer(response, 500, { error: 'server_error', error_description: 'Internal Server Error' });
  }
}
