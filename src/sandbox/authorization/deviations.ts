// How authorization servers in the field differ, without meaning harm.
import { type Doing, edited, json, page } from '../fault.ts';
import { isMetadata } from './metadata.ts';
import type { Rules } from './rules.ts';

const FIRST_FORM = '/.well-known/oauth-authorization-server';

/** Long enough to be noticed: what servers with an upstream provider were seen to take. */
const LAST_HOP = 3000;

export const DEVIATIONS: readonly Doing<Rules>[] = [
  {
    name: 'issuer-slash',
    kind: 'deviation',
    does: 'Its metadata names it with a slash at the end, the resource metadata without.',
    wants: 'Signs in all the same, and says so with --verbose.',
    rules: { slash: true },
  },
  {
    name: 'secret-despite-none',
    kind: 'deviation',
    does: 'Registration answers with a secret that nobody asked for, and the token endpoint wants it in the body.',
    wants: 'Posts the secret.',
    rules: { secretAnyway: true },
  },
  {
    name: 'state-unencoded',
    kind: 'deviation',
    does: 'The state goes back without URL encoding.',
    wants: 'Has sent a state that needs none.',
    rules: { rawState: true },
  },
  {
    name: 'redirect-second-question',
    kind: 'deviation',
    does: 'The answer begins with a question mark even behind a query.',
    wants: 'Has registered a redirect without a query.',
    rules: { secondQuestion: true },
  },
  {
    name: 'exact-redirect',
    kind: 'deviation',
    does: 'Redirects are compared with their port.',
    wants: 'Registers the port that it listens on, and registers again when it changes.',
    rules: { exactPort: true },
  },
  {
    name: 'slow-last-hop',
    kind: 'deviation',
    does: 'The way back is a page that waits three seconds.',
    wants: 'Waits, and says how long it will.',
    rules: { lingers: LAST_HOP },
  },
  {
    name: 'silent-refusal',
    kind: 'deviation',
    does: 'Whoever says no is not sent back.',
    wants: 'Stops waiting at its limit: exit 4.',
    rules: { silent: true, denies: true },
  },
  {
    name: 'refresh-not-rotated',
    kind: 'deviation',
    does: 'A renewal gives no new refresh token; the old one stays good.',
    wants: 'Keeps the old one.',
    rules: { rotates: false },
  },
  {
    name: 'resource-ignored',
    kind: 'deviation',
    does: 'The resource parameter is taken no notice of.',
    wants: 'Signs in.',
    rules: { resource: 'ignored' },
  },
  {
    name: 'resource-refused',
    kind: 'deviation',
    does: 'The resource parameter is an error (invalid_target).',
    wants: 'Names oauth.resource: "omit" as the way on.',
    rules: { resource: 'refused' },
  },
  {
    name: 'registration-closed',
    kind: 'deviation',
    does: 'The registration endpoint answers 403.',
    wants: 'Says which ways on there are.',
    before: ({ path }) => (path === '/register' ? json(403, { error: 'access_denied' }) : undefined),
  },
  {
    name: 'no-registration',
    kind: 'deviation',
    does: 'Metadata names no registration endpoint.',
    wants: 'Asks for a client of your own.',
    after: ({ path }, answer) =>
      isMetadata(path) ? edited(answer, ({ registration_endpoint: _, ...rest }) => rest) : answer,
  },
  {
    name: 'bare-registration',
    kind: 'deviation',
    does: 'Registration answers with id, secret, name and redirects, and nothing else, with status 200.',
    wants: 'Goes on with what it has.',
    rules: { secretAnyway: true },
    after: async ({ path }, answer) => {
      if (path !== '/register' || answer.status !== 201) return answer;
      const { client_id, client_secret, client_name, redirect_uris } = (await answer.json()) as Record<
        string,
        unknown
      >;
      return json(200, { client_id, client_secret, client_name, redirect_uris });
    },
  },
  {
    name: 'none-unauthorized',
    kind: 'deviation',
    does: 'A client that was registered with none is not let in at the token endpoint.',
    wants: 'Registers once more, without naming a method.',
    before: ({ path, form, headers }) =>
      path === '/token' && !form.has('client_secret') && !headers.has('authorization')
        ? json(401, { error: 'unauthorized_client' })
        : undefined,
  },
  {
    name: 'basic-ignored',
    kind: 'deviation',
    does: 'Basic is advertised and not read: client_id has to be in the body.',
    wants: 'Puts it there.',
    before: ({ path, form }) =>
      path === '/token' && !form.has('client_id') ? json(400, { error: 'invalid_request' }) : undefined,
  },
  {
    name: 'metadata-html',
    kind: 'deviation',
    does: 'The first form of the metadata is a page, with status 200.',
    wants: 'Tries the next form.',
    before: ({ path }) => (path === FIRST_FORM ? page(200, '<!doctype html><h1>Welcome</h1>') : undefined),
  },
  {
    name: 'metadata-empty',
    kind: 'deviation',
    does: 'The first form of the metadata is empty.',
    wants: 'Tries the next form.',
    before: ({ path }) => (path === FIRST_FORM ? new Response('', { status: 200 }) : undefined),
  },
  {
    name: 'metadata-503',
    kind: 'deviation',
    does: 'Metadata answers 503.',
    wants: 'Stops and says so: another form would be another server.',
    before: ({ path }) => (isMetadata(path) ? json(503, { error: 'temporarily_unavailable' }) : undefined),
  },
  {
    name: 'metadata-broken-json',
    kind: 'deviation',
    does: 'Metadata breaks off in the middle.',
    wants: 'Stops and says so.',
    before: ({ path }) =>
      isMetadata(path)
        ? new Response('{"issuer": "http', { headers: { 'content-type': 'application/json' } })
        : undefined,
  },
  {
    name: 'odd-endpoints',
    kind: 'deviation',
    does: 'Metadata names the token endpoint with a doubled slash, and only that one is there.',
    wants: 'Uses it as given.',
    route: (path) => (path === '/token' ? '/nowhere' : path === '//token' ? '/token' : path),
    after: ({ path, origins }, answer) =>
      isMetadata(path)
        ? edited(answer, (body) => ({ ...body, token_endpoint: `${origins.authorization}//token` }))
        : answer,
  },
  {
    name: 'no-pkce-metadata',
    kind: 'deviation',
    does: 'Metadata does not say that it checks PKCE.',
    wants: 'Refuses, unless oauth.allow_missing_pkce_metadata says that it is known.',
    after: ({ path }, answer) =>
      isMetadata(path) ? edited(answer, ({ code_challenge_methods_supported: _, ...rest }) => rest) : answer,
  },
];
