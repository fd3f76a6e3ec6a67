// What we say of ourselves to authorization servers. Pure.

import { loopbackRedirect } from '../url.ts';

/** Of every client that we are, registered or hosted (RFC 7591 section 2). */
export const OURSELVES = {
  // Loopback redirects are for native applications; servers that assume `web` refuse them (OIDC registration).
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  // Asked for by name: some servers that list only `none` hand out a secret to whoever does not say.
  token_endpoint_auth_method: 'none',
};

export const OUR_NAME = 'mcp-cli';

/** The client id metadata document for `url`, which is the client's id (MCP client registration, Implementation Requirements). */
export function clientMetadata(url: string, redirects: readonly string[], name = OUR_NAME) {
  return { client_id: url, client_name: name, redirect_uris: [...redirects], ...OURSELVES };
}

/** Whether the answer to a sign-in can be awaited there. */
export function isListenedOn(redirect: string): boolean {
  return loopbackRedirect(redirect) !== undefined;
}
