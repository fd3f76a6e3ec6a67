// Discovery, as a sign-in does it, with a note of every place that was asked.
import type { AuthContext } from '../auth/context.ts';
import { discoverResource, discoverServer } from '../auth/discover.ts';
import { requirePkce } from '../auth/metadata.ts';
import { AuthError, CliError } from '../errors.ts';
import { type Case, noBrowser } from './case.ts';
import { type Finding, failed, passed, warned } from './finding.ts';
import { wordsFor } from './providers.ts';

/** As many authorization servers of a resource as discovery asks. */
const ASKED = 8;

type Try = { url: string; came: string };

export async function probeResource(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { known } = subject;
  const tries: Try[] = [];
  try {
    known.resource = await discoverResource(watched(subject, tries, signal), known.challenge);
    known.resourceSought = true;
  } catch (error) {
    return told(error, tries, {
      resource_mismatch: 'RFC 9728 section 3.3',
      metadata_invalid: 'RFC 9728 section 3.2',
    });
  }
  const { resource } = known;
  if (!resource) {
    const seen = `there is none; ${listed(tries)}`;
    if (known.open) return passed(seen);
    return warned(seen, 'older servers have none: the authorization server is looked for at the same origin');
  }
  const { authorizationServers: named, scopes } = resource;
  const count = named.length > ASKED ? `${named.length} authorization servers` : named.join(', ');
  const seen = `resource ${resource.resource}, authorization server ${count || 'not named'}, ${
    scopes.length > 0 ? `${scopes.length} scopes` : 'no scopes'
  }; ${listed(tries)}`;
  if (named.length > ASKED) return warned(seen, `only the first ${ASKED} are asked; tell its operator`);
  return named.length === 0
    ? warned(seen, 'tell its operator to name one', 'RFC 9728 section 2')
    : passed(seen);
}

export async function probeServer(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { known, entry, notices } = subject;
  const tries: Try[] = [];
  notices.splice(0);
  try {
    const ctx = watched(subject, tries, signal);
    const found = await discoverServer(ctx, known.challenge, known.resource);
    known.discovery = { ...found, resource: known.resource };
    if (found.server.authorization_endpoint) await ctx.mayVisit(found.server.authorization_endpoint);
  } catch (error) {
    const clauses = { issuer_mismatch: 'RFC 8414 section 3.3', metadata_invalid: 'RFC 8414 section 3.2' };
    const issuer = known.resource?.authorizationServers[0];
    return told(error, tries, clauses, wordsFor(issuer, 'server_metadata', entry.path));
  }
  const { server, source } = known.discovery;
  const seen = [`issuer ${server.issuer}`, listed(tries), ...notices.map(({ text }) => text)].join('; ');
  if (noBrowser(subject) === undefined && !server.authorization_endpoint) {
    const error = new AuthError('no_authorization_endpoint', 'it offers no sign-in in a browser', {
      hint: `set ${entry.path}.oauth.grant_type to a grant that the server offers`,
    });
    return failed(error, { clause: 'RFC 8414 section 2', before: seen });
  }
  if (source === 'defaults') {
    return warned(
      seen,
      `tell its operator to publish metadata, or set ${entry.path}.oauth.authorization_url and token_url`,
      'MCP 2025-03-26, Fallbacks for Servers without Metadata Discovery',
    );
  }
  return notices.some(({ level }) => level === 'detail')
    ? warned(seen, 'tell its operator: other clients compare letter by letter', 'RFC 8414 section 3.3')
    : passed(seen);
}

/** What the metadata says of PKCE is all that can be known before a sign-in. */
export async function probePkce({ entry, known }: Case): Promise<Finding> {
  const { oauth, path } = entry;
  if (oauth?.usePkce === false) {
    return warned(
      'switched off by use_pkce',
      `remove ${path}.oauth.use_pkce: a stolen code is a stolen sign-in`,
    );
  }
  if (known.discovery?.source !== 'metadata') {
    return passed('S256 is sent; nothing says whether it is checked');
  }
  const { server } = known.discovery;
  const allowed = oauth?.allowMissingPkceMetadata ?? false;
  try {
    requirePkce(server, allowed, path);
  } catch (error) {
    const fix = wordsFor(server.issuer, 'pkce', path);
    return told(error, [], {}, fix);
  }
  const methods = server.code_challenge_methods_supported;
  if (methods) return passed(`its metadata lists ${methods.slice(0, 5).join(', ')}; S256 is sent`);
  return warned(
    'S256 is sent; its metadata does not say that it is checked, and allow_missing_pkce_metadata is set',
  );
}

/** The same context with a note of each request, for one step. */
function watched({ ctx }: Case, tries: Try[], signal: AbortSignal): AuthContext {
  return {
    ...ctx,
    signal,
    async http(url, init) {
      const one: Try = { url, came: 'no answer' };
      tries.push(one);
      const response = await ctx.http(url, init).catch((error: unknown) => {
        if (error instanceof CliError) one.came = error.code;
        throw error;
      });
      one.came = `HTTP ${response.status}`;
      return response;
    },
  };
}

/** Pure. The last one is the one that was used, if any was. */
function listed(tries: readonly Try[]): string {
  const shown = tries.slice(0, 12).map(({ url, came }) => `${url} (${came})`);
  return shown.length === 0 ? 'nothing was asked' : `tried ${shown.join(', ')}`;
}

function told(
  error: unknown,
  tries: readonly Try[],
  clauses: Readonly<Record<string, string>>,
  fix?: string,
): Finding {
  if (!(error instanceof CliError) || error.exit === 130) throw error;
  const clause = clauses[error.code];
  return failed(error, {
    ...(clause !== undefined && { clause }),
    ...(fix !== undefined && { fix }),
    ...(tries.length > 0 && { before: listed(tries) }),
  });
}
