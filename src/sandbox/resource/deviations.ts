// How MCP servers in the field differ, without meaning harm.
import { setTimeout as delay } from 'node:timers/promises';
import { type Asked, type Doing, json, page } from '../fault.ts';
import type { Rules } from './rules.ts';

const isMcp = ({ path, method }: Asked) => path === '/mcp' && method === 'POST';
const methodOf = ({ json: body }: Asked) => (body as { method?: string } | undefined)?.method;

/** Milliseconds. */
const SLOW = 5000;
const CACHED = 60_000;

export const DEVIATIONS: readonly Doing<Rules>[] = [
  {
    name: 'metadata-404-html',
    kind: 'deviation',
    does: 'The challenge names metadata that is a page with status 404; only the metadata of the authorization server is there, and with --split it is of another origin.',
    wants: 'Goes on to the issuer that it names, and reads its own document.',
    rules: { metadata: 'nowhere' },
    before: async ({ path, origins, ask }) => {
      if (path.startsWith('/.well-known/oauth-protected-resource')) return page(404, '<h1>Not here</h1>');
      if (path !== '/.well-known/oauth-authorization-server' || origins.resource === origins.authorization)
        return undefined;
      return ask(new Request(`${origins.authorization}${path}`));
    },
  },
  {
    name: 'forgets-sessions',
    kind: 'deviation',
    does: 'It speaks no revision without sessions, and forgets the first one after a request: 404.',
    wants: 'Opens a new session.',
    rules: { modern: false, forgets: true },
  },
  {
    name: 'session-401',
    kind: 'deviation',
    does: 'The same, but a forgotten session is 401 without a challenge.',
    wants: 'Opens a new session, and signs in again only if that fails too.',
    rules: { modern: false, forgets: true, lostIsUnauthorized: true },
  },
  {
    name: 'introspection-cached',
    kind: 'deviation',
    does: 'A token that was revoked is good for another minute.',
    wants: 'Forgets it all the same.',
    rules: { believes: CACHED },
  },
  {
    name: 'never-401',
    kind: 'deviation',
    does: 'Everybody gets in; a tool without a token answers with a JSON-RPC error in words.',
    wants: 'Knows those words: one renewal or sign-in, and one more try.',
    rules: { open: true },
  },
  {
    name: 'no-challenge',
    kind: 'deviation',
    does: 'The 401 has no WWW-Authenticate.',
    wants: 'Looks for the metadata where it usually is.',
    rules: { challenge: 'none' },
  },
  {
    name: 'no-scope-in-challenge',
    kind: 'deviation',
    does: 'The 401 names no scope.',
    wants: 'Asks for those of the metadata.',
    rules: { challenge: 'without-scope' },
  },
  {
    name: 'root-metadata-only',
    kind: 'deviation',
    does: 'The 401 says nothing, and the resource metadata is at the root; the path for the endpoint is 404.',
    wants: 'Finds it there.',
    rules: { metadata: 'root', challenge: 'none' },
  },
  {
    name: 'resource-origin',
    kind: 'deviation',
    does: 'The resource metadata is for the whole origin, with a slash.',
    wants: 'Takes it: the endpoint is below.',
    rules: { resource: 'origin' },
  },
  {
    name: 'legacy-only',
    kind: 'deviation',
    does: 'It speaks revisions up to 2025-11-25 only.',
    wants: 'Speaks those.',
    rules: { modern: false },
  },
  {
    name: 'modern-only',
    kind: 'deviation',
    does: 'It speaks revision 2026-07-28 only.',
    wants: 'Speaks that.',
    rules: { legacy: false },
  },
  {
    name: 'html-answers',
    kind: 'deviation',
    does: 'The endpoint answers with a page, status 200.',
    wants: 'Says that this is no MCP server: exit 7.',
    before: (asked) => (isMcp(asked) ? page(200, '<!doctype html><h1>Welcome</h1>') : undefined),
  },
  {
    name: '500-on-discover',
    kind: 'deviation',
    does: 'It falls over the first request of the newest revision: HTTP 500.',
    wants: 'Says what to try: --protocol legacy, which works.',
    rules: { modern: false },
    before: (asked) =>
      isMcp(asked) && methodOf(asked) === 'server/discover' ? json(500, { error: 'internal' }) : undefined,
  },
  {
    name: 'slow-answers',
    kind: 'deviation',
    does: 'A list of tools takes five seconds.',
    wants: 'Waits as long as --timeout says: exit 5.',
    after: async (asked, answer) => {
      if (isMcp(asked) && methodOf(asked) === 'tools/list') await delay(SLOW, undefined, { ref: false });
      return answer;
    },
  },
];
