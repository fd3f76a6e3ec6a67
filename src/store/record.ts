// What is kept for one (server, account). JSON in a secret store; parsed as hostile input, because whoever can write
// a keyring entry or a Vault path could otherwise point a refresh token at an endpoint of theirs.

export type AuthMethod = 'none' | 'client_secret_post' | 'client_secret_basic';

export type StoredClient = {
  id: string;
  /** Only the secret of a registered client is kept: a configured one stays where it is configured. */
  secret?: string;
  source: 'configured' | 'document' | 'registered';
  authMethod: AuthMethod;
  /** As registered; a different redirect registers anew. */
  redirectUris?: string[];
  /** Milliseconds since the epoch. */
  secretExpiresAt?: number;
};

export type StoredTokens = {
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  refreshToken?: string;
  idToken?: string;
  /** Space-separated; what was granted, or what was asked for if the answer did not say (RFC 6749 section 5.1). */
  scope?: string;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  /** Absent: good until the server says 401. */
  expiresAt?: number;
};

export type StoredRecord = {
  version: 1;
  server: string;
  account?: string;
  /** The MCP server's URL. Tokens go to no other. */
  url: string;
  /** The validated issuer; for configured endpoints without one, the token endpoint's origin. */
  issuer: string;
  /** The only URL that the refresh token and the client secret are ever sent to, besides revocation. */
  tokenEndpoint: string;
  revocationEndpoint?: string;
  /** RFC 8707 value that was sent; absent if omitted. */
  resource?: string;
  client: StoredClient;
  /** Absent after a logout: the registration is kept. */
  tokens?: StoredTokens;
};
