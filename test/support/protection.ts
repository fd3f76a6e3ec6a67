// The resource server's half of MCP authorization: the 401 challenge, protected resource metadata (RFC 9728), the
// judgement of tokens and the 403 for a further scope. Real enough for a client; every part can be bent by a test.
import type { ServerResponse } from 'node:http';
import { answer, type Hit } from './loopback.ts';
import type { ProofCheck } from './proofs.ts';
import type { TokenIssuer } from './token-check.ts';

/** What a test may change while the server runs. */
export type Protection = {
  /** Listed in the metadata, in this order. A token of any of them is good. */
  authorizationServers: TokenIssuer[];
  /** Which parameters the 401 challenge carries; `none` leaves the header out. */
  challenge: 'full' | 'without-metadata' | 'none';
  /** Scope of the 401 challenge. */
  challengeScope: string | undefined;
  /** More parameters for the challenge, such as `authorization_server="…"`. */
  challengeExtra: string;
  /** Where the metadata is served: path-inserted, at the root, nowhere, or nowhere with a page for every path. */
  metadataAt: 'path' | 'root' | 'nowhere' | 'nowhere-html';
  /** The `resource` of the metadata; its own URL unless a test makes it a foreign one. */
  resource: string;
  scopesSupported: string[] | undefined;
  /** Edits the metadata before it is served. */
  metadata: (document: Record<string, unknown>) => Record<string, unknown>;
  /** What the tool `admin` needs. */
  adminScope: string;
  /** Takes bound tokens with a proof, and those alone; a nonce is wanted in it where there is one. */
  proofs: ProofCheck | undefined;
  /** As many good tokens are answered 401 `invalid_token`. */
  refuseGoodTokens: number;
};

export function protection(mcpUrl: string, authorizationServers: TokenIssuer[]): Protection {
  return {
    authorizationServers,
    challenge: 'full',
    challengeScope: undefined,
    challengeExtra: '',
    metadataAt: 'path',
    resource: mcpUrl,
    scopesSupported: ['mcp:read'],
    metadata: (document) => document,
    adminScope: 'mcp:admin',
    proofs: undefined,
    refuseGoodTokens: 0,
  };
}

const wellKnown = '/.well-known/oauth-protected-resource';

/** Answers requests for metadata; false if this is none. */
export function serveMetadata(
  rules: Protection,
  mcpUrl: string,
  hit: Hit,
  response: ServerResponse,
): boolean {
  if (!hit.path.startsWith('/.well-known/')) return false;
  const here = rules.metadataAt === 'path' ? `${wellKnown}${new URL(mcpUrl).pathname}` : wellKnown;
  if (rules.metadataAt.startsWith('nowhere') || hit.path !== here) {
    if (rules.metadataAt === 'nowhere-html') answer(response, 404, '<!doctype html><h1>404</h1>');
    else answer(response, 404, 'Not Found', 'text/plain');
    return true;
  }
  const document = {
    resource: rules.resource,
    authorization_servers: rules.authorizationServers.map(({ issuer }) => issuer),
    ...(rules.scopesSupported && { scopes_supported: rules.scopesSupported }),
    bearer_methods_supported: ['header'],
    ...(rules.proofs && { dpop_bound_access_tokens_required: true }),
  };
  answer(response, 200, rules.metadata(document));
  return true;
}

/** Lets a request through, or answers it with 401 or 403. */
export async function admit(
  rules: Protection,
  mcpUrl: string,
  hit: Hit,
  response: ServerResponse,
): Promise<boolean> {
  if (rules.proofs) return admitProved(rules, rules.proofs, mcpUrl, hit, response);
  const token = /^Bearer (.+)$/.exec(hit.headers.authorization ?? '')?.[1];
  const facts = token === undefined ? undefined : await judge(rules, token);
  if (facts === undefined || rules.refuseGoodTokens > 0) {
    if (facts !== undefined) rules.refuseGoodTokens -= 1;
    challenge(rules, mcpUrl, response, token === undefined ? undefined : 'invalid_token');
    return false;
  }
  if (calledTool(hit) === 'admin' && !facts.scopes.includes(rules.adminScope)) {
    const parts = [
      `error="insufficient_scope"`,
      `scope="${rules.adminScope}"`,
      ...metadataPart(rules, mcpUrl),
    ];
    response.setHeader('www-authenticate', `Bearer ${parts.join(', ')}`);
    answer(response, 403, { error: 'insufficient_scope' });
    return false;
  }
  return true;
}

/** RFC 9449 section 7: the scheme, the token, and a proof of its key for this very request. */
async function admitProved(
  rules: Protection,
  proofs: ProofCheck,
  mcpUrl: string,
  hit: Hit,
  response: ServerResponse,
): Promise<boolean> {
  if (proofs.nonce !== undefined) response.setHeader('dpop-nonce', proofs.nonce);
  const token = /^DPoP (.+)$/.exec(hit.headers.authorization ?? '')?.[1];
  const facts = token === undefined ? undefined : await judge(rules, token);
  const refuse = rules.refuseGoodTokens > 0;
  if (facts && refuse) rules.refuseGoodTokens -= 1;
  const error =
    token === undefined
      ? undefined
      : facts === undefined || refuse
        ? 'invalid_token'
        : proofs.fault(hit, { url: mcpUrl, token, jkt: facts.jkt });
  if (token !== undefined && error === undefined) return true;
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    'algs="ES256"',
    ...metadataPart(rules, mcpUrl),
  ];
  response.setHeader('www-authenticate', `DPoP ${parts.join(', ')}`);
  answer(response, 401, { error: error ?? 'unauthorized' });
  return false;
}

/** The name of the tool a JSON-RPC request calls, if it calls one. */
export function calledTool({ json }: Hit): string | undefined {
  const { method, params } = (json ?? {}) as { method?: string; params?: { name?: string } };
  return method === 'tools/call' ? params?.name : undefined;
}

async function judge({ authorizationServers, resource }: Protection, token: string) {
  for (const server of authorizationServers) {
    const facts = await server.validate(token, resource);
    if (facts !== undefined) return facts;
  }
  return undefined;
}

function challenge(
  rules: Protection,
  mcpUrl: string,
  response: ServerResponse,
  error: string | undefined,
): void {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(rules.challenge === 'full' ? metadataPart(rules, mcpUrl) : []),
    ...(rules.challengeScope === undefined ? [] : [`scope="${rules.challengeScope}"`]),
    ...(rules.challengeExtra === '' ? [] : [rules.challengeExtra]),
  ];
  if (rules.challenge !== 'none')
    response.setHeader('www-authenticate', `Bearer ${parts.join(', ')}`.trimEnd());
  answer(response, 401, { error: error ?? 'unauthorized' });
}

/** Where metadata is nowhere, the challenge still names its usual place: that is what real servers do. */
function metadataPart({ metadataAt }: Protection, mcpUrl: string): string[] {
  const { origin, pathname } = new URL(mcpUrl);
  return [`resource_metadata="${origin}${wellKnown}${metadataAt === 'root' ? '' : pathname}"`];
}
