// A company's network: every host behind a proxy that wants a password, with certificates of the company's own authority,
// and none that lets in who shows no certificate of it. The authorization server has a host for each of its endpoints.
import { ProxyAgent, fetch as undiciFetch } from 'undici';
import { type AuthorizationServer, authorizationServer } from './authorization-server.ts';
import { walkingBrowser } from './browser.ts';
import { type Authority, makeAuthority } from './certificates.ts';
import { type ForwardProxy, forwardProxy } from './forward-proxy.ts';
import type { McpServerHandle } from './mcp-server.ts';
import { type ModelServer, modelServer } from './model-server.ts';
import { modernServer } from './modern-server.ts';
import { sseServer } from './sse-server.ts';
import { type VaultServer, vaultServer } from './vault-server.ts';

const MCP = 'https://mcp.example';
const SSE = 'https://sse.example';
const AUTH = 'https://auth.example';
export const VAULT = 'https://vault.example';
export const MODEL = 'https://model.example';

/** Endpoint in the metadata to its host. */
const ENDPOINTS = {
  registration_endpoint: 'registration.example',
  token_endpoint: 'token.example',
  userinfo_endpoint: 'userinfo.example',
  revocation_endpoint: 'revocation.example',
};

export type Fence = {
  proxy: ForwardProxy;
  company: Authority;
  /** Files of the certificate that is let in. */
  own: { file: string; keyFile: string };
  authorization: AuthorizationServer;
  server: McpServerHandle;
  vault: VaultServer;
  model: ModelServer;
  /** An entry for the MCP server, and for the one with HTTP+SSE, with all that they want. */
  entry(more?: object): Record<string, unknown>;
  sseEntry(more?: object): Record<string, unknown>;
  env: Record<string, string>;
  browser(): ReturnType<typeof walkingBrowser>;
  close(): Promise<void>;
};

export async function fence(): Promise<Fence> {
  const company = makeAuthority('Example Company Root');
  const hosts = [MCP, SSE, AUTH, VAULT, MODEL].map((origin) => new URL(origin).hostname);
  const all = [...hosts, ...Object.values(ENDPOINTS)];
  const { key, cert } = company.issue(all.map((host) => `DNS:${host}`));
  const own = company.issue(['DNS:laptop.example'], 'clientAuth');
  const tls = (origin: string) => ({ origin, key, cert, clients: company.cert });
  const authorization = await authorizationServer({
    tls: tls(AUTH),
    people: 'userinfo',
    behaviour: {
      claims: { email: 'ada@example.org', email_verified: true },
      metadata: (document) => ({ ...document, ...elsewhere(document) }),
    },
  });
  const server = await modernServer({ authorizationServers: [authorization], tls: tls(MCP) });
  const sse = await sseServer({ authorizationServers: [authorization], tls: tls(SSE) });
  const vault = await vaultServer({ tls: tls(VAULT) });
  const model = await modelServer([], tls(MODEL));
  const ports = {
    ...Object.fromEntries(Object.values(ENDPOINTS).map((host) => [host, authorization.port])),
    'auth.example': authorization.port,
    'mcp.example': server.port,
    'sse.example': sse.port,
    'vault.example': vault.port,
    'model.example': model.port,
  };
  const proxy = await forwardProxy(ports, { user: 'ada', password: 'p@ss:of-the-proxy' });
  const agent = new ProxyAgent({
    uri: proxy.url,
    requestTls: { ca: company.cert, cert: own.cert, key: own.key },
  });
  // The person's browser is set up for that network; the callback is on this machine.
  const fetch = ((url: string, init: object) =>
    undiciFetch(url, { ...init, ...(url.startsWith('https:') && { dispatcher: agent }) })) as never;
  const urls = Object.values(ENDPOINTS).map((host) => `https://${host}`);
  const entryOf = (url: string, more: object) => ({
    url,
    client_cert: own.file,
    client_key: own.keyFile,
    client_cert_urls: urls,
    oauth: { issuer: AUTH },
    ...more,
  });
  return {
    proxy,
    company,
    own,
    authorization,
    server,
    vault,
    model,
    entry: (more = {}) => entryOf(server.mcpUrl, more),
    sseEntry: (more = {}) => entryOf(sse.mcpUrl, more),
    env: { HTTPS_PROXY: proxy.url },
    browser: () => walkingBrowser({ fetch }),
    async close() {
      await agent.destroy();
      for (const each of [proxy, authorization, server, sse, vault, model]) await each.close();
      company.remove();
    },
  };
}

function elsewhere(document: Record<string, unknown>): Record<string, string> {
  const moved = Object.entries(ENDPOINTS).map(([name, host]) => {
    const url = new URL(String(document[name]));
    url.hostname = host;
    return [name, url.href];
  });
  return Object.fromEntries(moved);
}
