// One configured server, whatever dialect it was written in. All strings are expanded, all URLs parse.
// The other rooms know the configuration only as these types.

import type { TokenReference } from './expand.ts';

export type Protocol = 'auto' | 'legacy' | 'modern';

type Common = {
  name: string;
  /** Where a person finds the entry: `FILE: mcpServers.notion`, or the flag it came from. */
  origin: string;
  /** Key path inside the file, for hints: `mcpServers.notion`. */
  path: string;
  disabled: boolean;
  /** Limit of one request, milliseconds. */
  timeout: number | undefined;
  protocol: Protocol;
  account: string | undefined;
  /** Headers, or variables of a local server, that are whole only once the store was read. Absent: there are none. */
  withTokens?: TokenText[];
  /** What was read for them: known to that server alone. */
  secrets?: string[];
};

/** The value of a header or a variable, with what it needs of the store. */
export type TokenText = { name: string; parts: (string | TokenReference)[] };

export type StdioEntry = Common & {
  kind: 'stdio';
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string | undefined;
};

export type HttpEntry = Common & {
  kind: 'http';
  /** Absolute http(s) URL without fragment, as written. */
  url: string;
  /** `sse` is a hint only: it decides nothing but what is tried first on a path that ends in /sse. */
  transport: 'http' | 'sse' | undefined;
  headers: Record<string, string>;
  bearerTokenEnv: string | undefined;
  allowPrivateNetwork: boolean;
  allowHttp: boolean;
  /** PEM files, absolute; without a key of its own the certificate's file holds it too. */
  clientCertificate?: { cert: string; key: string | undefined };
  /** Who may see a certificate of ours besides the server and what else the entry names. */
  clientCertUrls?: string[];
  /** Whose sign-in it has to be: `email`, `preferred_username` or `sub`. */
  expectAccount?: string;
  /** The only issuer that may sign in; it chooses none. */
  expectIssuer?: string;
  /** Present if the entry has an `oauth` block. Absent: OAuth starts only on a 401. */
  oauth: OAuthEntry | undefined;
};

export type ServerEntry = StdioEntry | HttpEntry;

export type GrantType = 'authorization_code' | 'device_code' | MachineGrant;

/** Grants that need no person. */
export type MachineGrant = 'client_credentials' | 'jwt_bearer' | 'enterprise_managed';

export type OAuthEntry = {
  /** Which spelling the block uses; decides the default redirect of a configured client. */
  dialect: 'snake' | 'camel';
  /** False: OAuth never starts, not even on a 401. */
  enabled: boolean;
  grantType: GrantType;
  clientId: string | undefined;
  clientSecret: string | undefined;
  tokenEndpointAuthMethod:
    | 'none'
    | 'client_secret_post'
    | 'client_secret_basic'
    | 'private_key_jwt'
    | undefined;
  /** Empty means: not configured. */
  scopes: string[];
  authorizationEndpoint: string | undefined;
  tokenEndpoint: string | undefined;
  /** RFC 8628. */
  deviceAuthorizationEndpoint?: string;
  registrationEndpoint: string | undefined;
  revocationEndpoint: string | undefined;
  /** Full URL of an authorization server metadata document. */
  discoveryUrl: string | undefined;
  /** Pins the authorization server. */
  issuer: string | undefined;
  redirectUri: string | undefined;
  usePkce: boolean;
  extraAuthParams: Record<string, string>;
  /** RFC 8707: taken from metadata or the URL; left out; or this URI. */
  resource: 'auto' | 'omit' | (string & {});
  clientMetadataUrl: string | undefined;
  clientName: string | undefined;
  dynamicRegistration: DynamicRegistration | undefined;
  allowMissingPkceMetadata: boolean;
  /** RFC 9449. Absent: as the server asks. */
  dpop?: boolean;
  /** What the grants without a browser sign in with. Absent if none of it is configured. */
  credentials?: Credentials;
};

/** Files are absolute paths; `…Env` are names of variables, read when they are used. */
export type Credentials = {
  /** PEM. */
  privateKey: string | undefined;
  privateKeyFile: string | undefined;
  signingAlgorithm: string | undefined;
  assertion: string | undefined;
  assertionFile: string | undefined;
  assertionEnv: string | undefined;
  /** The enterprise identity provider that issues an ID-JAG. */
  idp: IdentityProvider | undefined;
};

export type IdentityProvider = {
  issuer: string | undefined;
  tokenEndpoint: string | undefined;
  clientId: string | undefined;
  clientSecret: string | undefined;
  idToken: string | undefined;
  idTokenEnv: string | undefined;
  idTokenFile: string | undefined;
};

export type DynamicRegistration = {
  enabled: boolean;
  issuer: string | undefined;
  registrationEndpoint: string | undefined;
  /** Sent as given; its first loopback redirect is the one that is bound. */
  metadata: Record<string, unknown> | undefined;
  initialAccessToken: string | undefined;
};

export type Backend = 'auto' | 'keychain' | 'windows' | 'secretservice' | 'vault' | 'encrypted';

/** `tokenStorage`, in either spelling. Undefined fields are left to the environment. */
export type StorageEntry = {
  backend: Backend | undefined;
  password: string | undefined;
  vaultUrl: string | undefined;
  vaultToken: string | undefined;
  vaultMountPoint: string | undefined;
  vaultPathPrefix: string | undefined;
  vaultNamespace: string | undefined;
  /** How to get a token where none is given: `oidc` is `jwt`. */
  vaultAuthMethod: 'token' | 'approle' | 'jwt' | 'oidc' | 'kubernetes' | undefined;
  vaultAuthPath: string | undefined;
  vaultRole: string | undefined;
  vaultRoleId: string | undefined;
  vaultSecretId: string | undefined;
  vaultJwt: string | undefined;
  vaultJwtFile: string | undefined;
  vaultCaFile: string | undefined;
  vaultClientCert: string | undefined;
  vaultClientKey: string | undefined;
  vaultServerName: string | undefined;
  vaultKvVersion: string | undefined;
};
