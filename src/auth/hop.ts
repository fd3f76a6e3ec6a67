// What the places that a sign-in asks are called, in failures and by `auth doctor`.
import type { Fetch } from '../deps.ts';

export type Hop =
  | 'the resource metadata'
  | `the authorization server's ${
      | 'metadata'
      | 'keys'
      | 'registration endpoint'
      | 'pushed authorization request endpoint'
      | 'device authorization endpoint'
      | 'token endpoint'
      | 'userinfo endpoint'
      | 'introspection endpoint'
      | 'revocation endpoint'}`
  | 'the client metadata document'
  | "the identity provider's metadata"
  | "the identity provider's token endpoint"
  | 'the token service of GitHub Actions';

/** The same, under this name. */
export function toward(http: Fetch, hop: Hop): Fetch {
  return (url, init) => http(url, { ...init, hop });
}
