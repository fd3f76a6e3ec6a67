// The resource server's part of MCP authorization: its metadata (RFC 9728), the 401, and the 403 for a further scope.
import { type Asked, json } from '../fault.ts';
import type { Origins, SandboxOptions } from '../options.ts';
import type { Rules } from './rules.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const NEEDED = 'notes:read';

/** Tools that need more than that. */
const FURTHER: Record<string, string> = { add_note: 'notes:write' };

type Facts = { scopes: string[] };

export type Gate = {
  metadata(asked: Asked): Response | undefined;
  /** Undefined lets the request in. */
  refuse(asked: Asked): Promise<Response | undefined>;
};

export function openGate(options: Pick<SandboxOptions, 'now'>, internal: string, rules: Rules): Gate {
  const believed = new Map<string, { facts: Facts; until: number }>();

  async function judge(token: string, { origins, ask }: Asked): Promise<Facts | undefined> {
    const known = believed.get(token);
    if (known && known.until > options.now()) return known.facts;
    const answer = await ask(
      new Request(`${origins.authorization}/introspect`, {
        method: 'POST',
        headers: { authorization: `Bearer ${internal}` },
        body: new URLSearchParams({ token }),
      }),
    );
    const told = (await answer.json()) as { active?: boolean; scope?: string; aud?: string };
    // RFC 8707: a token for another server is no token here.
    if (told.active !== true || !isOwn(told.aud, origins, rules)) return undefined;
    const facts = { scopes: (told.scope ?? '').split(' ') };
    if (rules.believes > 0) believed.set(token, { facts, until: options.now() + rules.believes });
    return facts;
  }

  function challenge(origins: Origins, fields: Record<string, string>): Record<string, string> {
    if (rules.challenge === 'none') return {};
    const { scope, ...others } = fields;
    const told = {
      ...others,
      resource_metadata: `${origins.resource}${WELL_KNOWN}${rules.metadata === 'root' ? '' : '/mcp'}`,
      ...(rules.challenge === 'full' && scope !== undefined && { scope }),
    };
    const words = Object.entries(told).map(([name, value]) => `${name}="${value}"`);
    return { 'www-authenticate': `Bearer ${words.join(', ')}` };
  }

  return {
    metadata({ path, method, origins }) {
      const here = rules.metadata === 'root' ? WELL_KNOWN : `${WELL_KNOWN}/mcp`;
      if (method !== 'GET' || rules.metadata === 'nowhere' || path !== here) return undefined;
      return json(200, {
        resource: resourceOf(origins, rules),
        resource_name: 'The sandbox of mcp-cli',
        authorization_servers: [origins.authorization],
        scopes_supported: [NEEDED, ...new Set(Object.values(FURTHER))],
        bearer_methods_supported: ['header'],
      });
    },
    async refuse(asked) {
      const { origins, headers } = asked;
      const [, token] = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '') ?? [];
      if (token === undefined) {
        if (rules.open) return complaint(asked, 'Tool requires OAuth authorization');
        return json(401, { error: 'unauthorized' }, challenge(origins, { scope: NEEDED }));
      }
      const facts = rules.refusesAll ? undefined : await judge(token, asked);
      if (!facts) {
        if (rules.open) return complaint(asked, 'OAuth validation failed');
        return json(
          401,
          { error: 'invalid_token' },
          challenge(origins, { error: 'invalid_token', scope: NEEDED }),
        );
      }
      const further = FURTHER[calledTool(asked) ?? ''];
      if (further === undefined || facts.scopes.includes(further)) return undefined;
      const fields = { error: 'insufficient_scope', scope: further };
      return json(403, { error: 'insufficient_scope' }, challenge(origins, fields));
    },
  };
}

/** As servers on ChukMCPServer refuse: with HTTP 200, and only where a tool is called. */
function complaint(asked: Asked, message: string): Response | undefined {
  if (calledTool(asked) === undefined) return undefined;
  const { id } = asked.json as { id?: unknown };
  return json(200, { jsonrpc: '2.0', id, error: { code: -32603, message } });
}

/** The name of the tool that a JSON-RPC request calls, if it calls one. */
export function calledTool({ json: body }: Asked): string | undefined {
  const { method, params } = (body ?? {}) as { method?: string; params?: { name?: string } };
  return method === 'tools/call' ? params?.name : undefined;
}

/** What its metadata says that it is for, and the endpoint, for which a client gets a token that names nothing. */
function isOwn(audience: string | undefined, origins: Origins, rules: Rules): boolean {
  const own = [resourceOf(origins, rules), `${origins.resource}/mcp`].map((url) => new URL(url).href);
  return audience !== undefined && URL.canParse(audience) && own.includes(new URL(audience).href);
}

function resourceOf({ resource }: Origins, rules: Rules): string {
  if (rules.resource === 'foreign') return 'https://another.example/mcp';
  return rules.resource === 'origin' ? `${resource}/` : `${resource}/mcp`;
}
