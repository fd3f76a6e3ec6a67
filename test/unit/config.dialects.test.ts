// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import { describe, expect, it } from 'vitest';
import { sections } from '../../src/config/dialects.ts';
import type { HttpEntry } from '../../src/config/entry.ts';
import { parse } from '../../src/config/read.ts';
import { entryOf, http, oauth } from './config-entry.ts';

const NOTHING = {
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
};

describe('the documented dialects', () => {
  it('snake_case under mcpServers', () => {
    const file = `{
      "mcpServers": {
        "notion": {
          "url": "https://mcp.notion.com/mcp",
          "oauth": {
            "authorization_url": "https://api.notion.com/v1/oauth/authorize",
            "token_url": "https://api.notion.com/v1/oauth/token",
            "client_id": "\${NOTION_CLIENT_ID}",
            "client_secret": "secret_abc",
            "scopes": [],
            "redirect_uri": "http://localhost:8080/callback",
            "use_pkce": false
          }
        }
      },
      "tokenStorage": { "backend": "auto", "password": "\${MCP_CLI_ENCRYPTION_KEY}" }
    }`;
    const warnings: string[] = [];
    expect(entryOf(file, { env: { NOTION_CLIENT_ID: 'abcd' }, warnings })).toEqual({
      kind: 'http',
      name: 'notion',
      origin: '/etc/c.json: mcpServers.notion',
      path: 'mcpServers.notion',
      disabled: false,
      timeout: undefined,
      protocol: 'auto',
      account: undefined,
      url: 'https://mcp.notion.com/mcp',
      transport: undefined,
      headers: {},
      bearerTokenEnv: undefined,
      allowPrivateNetwork: false,
      allowHttp: false,
      oauth: {
        ...NOTHING,
        clientId: 'abcd',
        clientSecret: 'secret_abc',
        authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
        tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
        redirectUri: 'http://localhost:8080/callback',
        usePkce: false,
      },
    });
    expect(warnings).toEqual([]);
  });

  it('no wrapper at all', () => {
    const file = {
      linkedin: {
        url: 'http://localhost:8000/mcp',
        transport: 'sse',
        oauth: {
          enabled: true,
          discovery_url: 'http://localhost:8000/.well-known/oauth-authorization-server',
        },
      },
    };
    const entry = entryOf(file) as HttpEntry;
    expect(entry).toMatchObject({ name: 'linkedin', path: 'linkedin', transport: 'sse' });
    expect(entry.oauth).toEqual({ ...NOTHING, discoveryUrl: file.linkedin.oauth.discovery_url });
  });

  it('camelCase with a configured client', () => {
    const given = {
      clientId: 'hub',
      clientSecret: 's',
      authorizationEndpoint: 'https://as.test/authorize',
      tokenEndpoint: 'https://as.test/token',
      redirectUri: 'http://localhost:3000/oauth/callback',
      scopes: ['a', 'b'],
      resource: 'https://mcp.test',
    };
    expect(oauth(given)).toEqual({
      ...NOTHING,
      dialect: 'camel',
      clientId: 'hub',
      clientSecret: 's',
      authorizationEndpoint: 'https://as.test/authorize',
      tokenEndpoint: 'https://as.test/token',
      redirectUri: 'http://localhost:3000/oauth/callback',
      scopes: ['a', 'b'],
      resource: 'https://mcp.test',
    });
  });

  it('camelCase with dynamic registration', () => {
    const metadata = {
      client_name: 'MCPHub',
      redirect_uris: ['http://localhost:3000/oauth/callback', 'https://mcphub.example.com/oauth/callback'],
      scope: 'mcp.tools mcp.prompts',
      grant_types: ['authorization_code', 'refresh_token'],
    };
    const dynamicRegistration = {
      enabled: true,
      issuer: 'https://auth.example.com',
      metadata,
      initialAccessToken: '${IAT}',
    };
    expect(oauth({ dynamicRegistration }, { env: { IAT: 't0' } })).toEqual({
      ...NOTHING,
      dialect: 'camel',
      dynamicRegistration: {
        enabled: true,
        issuer: 'https://auth.example.com',
        registrationEndpoint: undefined,
        metadata,
        initialAccessToken: 't0',
      },
    });
  });

  it('a bare sse entry', () => {
    expect(entryOf({ mcpServers: { vercel: { type: 'sse', url: 'https://mcp.vercel.com' } } })).toMatchObject(
      {
        transport: 'sse',
        oauth: undefined,
      },
    );
  });

  it('a command', () => {
    const file = {
      mcpServers: { f: { command: 'npx', args: ['-y', 'x', 3], env: { PORT: 80, K: '${K}' } } },
    };
    expect(entryOf(file, { env: { K: 'v' } })).toEqual({
      kind: 'stdio',
      name: 'f',
      origin: '/etc/c.json: mcpServers.f',
      path: 'mcpServers.f',
      disabled: false,
      timeout: undefined,
      protocol: 'auto',
      account: undefined,
      command: 'npx',
      args: ['-y', 'x', '3'],
      env: { PORT: '80', K: 'v' },
      cwd: undefined,
    });
  });
});

describe('spellings', () => {
  it.each([
    [{ url: undefined, baseUrl: 'https://b.test' }, { url: 'https://b.test' }],
    [{ url: undefined, serverUrl: 'https://b.test' }, { url: 'https://b.test' }],
    [{ url: undefined, http_url: 'https://b.test' }, { url: 'https://b.test' }],
    [{ bearerTokenEnv: 'X' }, { bearerTokenEnv: 'X' }],
    [{ bearer_token_env_var: 'X' }, { bearerTokenEnv: 'X' }],
    [{ allowHttp: true, url: 'http://b.test' }, { allowHttp: true }],
    [{ enabled: false }, { disabled: true }],
    [{ disabled: true }, { disabled: true }],
    [{ tool_timeout: 1.5 }, { timeout: 1500 }],
    [{ toolTimeout: 2, timeout: 5000 }, { timeout: 5000 }],
    [{ type: 'streamable-http' }, { transport: 'http' }],
    [{ transport: 'streamableHttp' }, { transport: 'http' }],
    [{ transport: 'SSE' }, { transport: 'sse' }],
    [{ url: 'https://x.test', baseUrl: 'https://x.test' }, { url: 'https://x.test' }],
    [
      { account: null, headers: null },
      { account: undefined, headers: {} },
    ],
    [
      { protocol: 'modern', account: 'work' },
      { protocol: 'modern', account: 'work' },
    ],
  ])('%j', (members, expected) => {
    const warnings: string[] = [];
    expect(http(members, { warnings })).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ scope: 'a b  a' }, { scopes: ['a', 'b'] }],
    [{ scopes: 'a b' }, { scopes: ['a', 'b'] }],
    [{ scopes: ['a b', 'c'] }, { scopes: ['a', 'b', 'c'] }],
    [{ scopes: '' }, { scopes: [] }],
    [
      { authorizationUrl: 'https://a.test/a', tokenUrl: 'https://a.test/t' },
      { tokenEndpoint: 'https://a.test/t' },
    ],
    [{ authServerMetadataUrl: 'https://a.test/m' }, { discoveryUrl: 'https://a.test/m' }],
    [{ registrationUrl: 'https://a.test/r' }, { registrationEndpoint: 'https://a.test/r' }],
    [{ revocationEndpoint: 'https://a.test/r' }, { revocationEndpoint: 'https://a.test/r' }],
    [{ callbackPort: 3118 }, { redirectUri: 'http://localhost:3118/callback' }],
    [{ callback_port: 3118, redirect_uri: 'http://127.0.0.1:1/x' }, { redirectUri: 'http://127.0.0.1:1/x' }],
    [
      { authorizationParams: { audience: 'x', max_age: 60 } },
      { extraAuthParams: { audience: 'x', max_age: '60' } },
    ],
    [{ dynamic_registration: false }, { dynamicRegistration: { enabled: false } }],
    [{ dynamic_registration: {} }, { dynamicRegistration: { enabled: true } }],
    [{ client_id: 'x', dynamicRegistration: true }, { dialect: 'snake' }],
    [{ clientId: 'x', redirect_uri: 'http://localhost:1/' }, { dialect: 'camel' }],
    [{ dpop: true }, { dpop: true }],
  ])('oauth %j', (members, expected) => {
    const warnings: string[] = [];
    expect(oauth(members, { warnings })).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  it('oauth as true or false', () => {
    expect(oauth(false)).toEqual({ ...NOTHING, enabled: false });
    expect(oauth(true)).toEqual(NOTHING);
    expect(oauth({ enabled: false }).enabled).toBe(false);
  });

  it('refuses two spellings that say different things', () => {
    expect(() => oauth({ client_id: 'a', clientId: 'b' })).toThrow(
      'mcpServers.n.oauth.clientId says something else than mcpServers.n.oauth.client_id',
    );
  });
});

describe('sections', () => {
  const names = (file: unknown, warnings: string[] = []) => [
    ...sections(parse('c.json', JSON.stringify(file)), (text) => void warnings.push(text)).servers.keys(),
  ];
  const server = { url: 'https://x.test' };

  it.each([
    [{ mcpServers: { b: server, a: server } }, ['b', 'a']],
    [{ servers: { b: server }, inputs: [] }, ['b']],
    [{ b: server, tokenStorage: {} }, ['b']],
    [{ constructor: server }, ['constructor']],
    [{ b: { uri: 'x' } }, ['b']],
    [{ $schema: 'https://x.test/s.json', theme: 'dark', tools: {}, mcpServers: {} }, []],
    [{}, []],
  ])('%j has the servers %j', (file, expected) => {
    const warnings: string[] = [];
    expect(names(file, warnings)).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it('takes a mistyped wrapper for a mistake, not for a server', () => {
    const warnings: string[] = [];
    expect(names({ mcpServer: { b: server } }, warnings)).toEqual([]);
    expect(warnings).toEqual(['c.json:1:14: unknown key mcpServer is ignored; did you mean "mcpServers"?']);
  });

  it('warns of keys beside the wrapper', () => {
    const warnings: string[] = [];
    expect(names({ mcpServers: { b: server }, tokenStorag: {}, other: server }, warnings)).toEqual(['b']);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('did you mean "tokenStorage"?');
  });

  it.each([
    [{ mcpServers: {}, servers: {} }, 'servers stands beside "mcpServers"'],
    [{ mcpServers: [] }, 'mcpServers must be an object'],
    [{ mcpServers: { '': server } }, 'is not a usable server name'],
    [{ mcpServers: { 'a\u001b[2J': server } }, 'mcpServers["a\\u001b[2J"] is not a usable server name'],
    [{ mcpServers: { 'a\u202eb': server } }, 'mcpServers["a\\u{202e}b"] is not a usable server name'],
    [{ mcpServers: { ' a': server } }, 'is not a usable server name'],
    [{ mcpServers: {}, tokenStorage: {}, token_storage: {} }, 'is given in both spellings'],
  ])('%j is refused', (file, expected) => {
    expect(() => names(file)).toThrow(expected);
  });
});
