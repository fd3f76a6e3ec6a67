// The resource server's part of MCP authorization: its metadata (RFC 9728), the 401, and the 403 for a further scope.
import { type Asked, json } from '../fault.ts';
import type { Origins, SandboxOptions } from '../options.ts';
import type { Rules } from './rules.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const NEEDED = 'notes:read';

/** Tokens whose introspection is remembered; the oldest go first. */
const BELIEVED = 200;

/** Tools that need more than that. */
const FURTHER: Record<string, string> = { add_note: 'notes:write' };

/** Whose token it is, and what it is good for. */
export type Holder = { subject: string; clientId: string; scopes: string[]; expires: number };

/** Who may come in, undefined where nobody is asked who they are; or the answer to whoever may not. */
type Verdict = { holder: Holder | undefined } | { refusal: Response };

/** RFC 7662 section 2.2, as the other half answers. */
type Introspection =
  | { active: false; aud?: never }
  | { active: true; aud: string; sub: string; client_id: string; scope: string; exp: number };

export type Gate = {
  metadata(asked: Asked): Response | undefined;
  judge(asked: Asked): Promise<Verdict>;
};

export function openGate(options: Pick<SandboxOptions, 'now'>, internal: string, rules: Rules): Gate {
  const believed = new Map<string, { holder: Holder; until: number }>();

  async function holderOf(token: string, { origins, ask }: Asked): Promise<Holder | undefined> {
    const known = believed.get(token);
    if (known && known.until > options.now()) return known.holder;
    const answer = await ask(
      new Request(`${origins.authorization}/introspect`, {
        method: 'POST',
        headers: { authorization: `Bearer ${internal}` },
        body: new URLSearchParams({ token }),
      }),
    );
    const told = (await answer.json()) as Introspection;
    // RFC 8707: a token for another server is no token here.
    if (told.active !== true || !isOwn(told.aud, origins, rules)) return undefined;
    const { sub: subject, client_id: clientId, scope, exp: expires } = told;
    const holder = { subject, clientId, scopes: scope.split(' ').filter(Boolean), expires };
    if (rules.believes > 0) believed.set(token, { holder, until: options.now() + rules.believes });
    const [oldest] = believed.keys();
    if (believed.size > BELIEVED && oldest !== undefined) believed.delete(oldest);
    return holder;
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
    async judge(asked) {
      const { origins, headers } = asked;
      const [, token] = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '') ?? [];
      if (token === undefined) {
        if (rules.open) return complaint(asked, 'Tool requires OAuth authorization');
        return refused(401, 'unauthorized', challenge(origins, { scope: NEEDED }));
      }
      const holder = rules.refusesAll ? undefined : await holderOf(token, asked);
      if (!holder) {
        if (rules.open) return complaint(asked, 'OAuth validation failed');
        const fields = { error: 'invalid_token', scope: NEEDED };
        return refused(401, 'invalid_token', challenge(origins, fields));
      }
      const further = FURTHER[calledTool(asked) ?? ''];
      if (further === undefined || holder.scopes.includes(further)) return { holder };
      const fields = { error: 'insufficient_scope', scope: further };
      return refused(403, 'insufficient_scope', challenge(origins, fields));
    },
  };
}

/** As servers on ChukMCPServer refuse: with HTTP 200, and only where a tool is called. */
function complaint(asked: Asked, message: string): Verdict {
  if (calledTool(asked) === undefined) return { holder: undefined };
  const { id } = asked.json as { id?: unknown };
  return { refusal: json(200, { jsonrpc: '2.0', id, error: { code: -32603, message } }) };
}

function refused(status: number, error: string, headers: Record<string, string>): Verdict {
  return { refusal: json(status, { error }, headers) };
}

/** The name of the tool that a JSON-RPC request calls, if it calls one. */
function calledTool({ json: body }: Asked): string | undefined {
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
