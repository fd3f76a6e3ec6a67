import type { HttpEntry, OAuthEntry } from '../../src/config/entry.ts';

/** An entry as the configuration would give it, for tests of what decides. */
export function httpEntry(given: Partial<HttpEntry> = {}): HttpEntry {
  return {
    name: 'notion',
    origin: 'server_config.json: mcpServers.notion',
    path: 'mcpServers.notion',
    disabled: false,
    timeout: undefined,
    protocol: 'auto',
    account: undefined,
    kind: 'http',
    url: 'https://mcp.example/mcp',
    transport: undefined,
    headers: {},
    bearerTokenEnv: undefined,
    allowPrivateNetwork: false,
    allowHttp: false,
    oauth: undefined,
    ...given,
  };
}

export function oauthEntry(given: Partial<OAuthEntry> = {}): OAuthEntry {
  return {
    dialect: 'snake',
    enabled: true,
    grantType: 'authorization_code',
    clientId: undefined,
    clientSecret: undefined,
    tokenEndpointAuthMethod: undefined,
    scopes: [],
    authorizationEndpoint: undefined,
    tokenEndpoint: undefined,
    registrationEndpoint: undefined,
    revocationEndpoint: undefined,
    discoveryUrl: undefined,
    issuer: undefined,
    redirectUri: undefined,
    usePkce: true,
    extraAuthParams: {},
    resource: 'auto',
    clientMetadataUrl: undefined,
    clientName: undefined,
    dynamicRegistration: undefined,
    allowMissingPkceMetadata: false,
    ...given,
  };
}
