// An authorization server that means harm, or one that somebody else speaks for.
import { type Asked, type Doing, edited, json } from '../fault.ts';
import { isMetadata } from './metadata.ts';
import type { Rules } from './rules.ts';

const isToken = ({ path }: Pick<Asked, 'path'>) => path === '/token';
const isRenewal = (asked: Asked) => isToken(asked) && asked.form.get('grant_type') === 'refresh_token';

/** Clears the screen, and would set the title of the window. */
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007';

function inMetadata(more: (asked: Asked) => Record<string, unknown>): NonNullable<Doing<Rules>['after']> {
  return (asked, answer) =>
    isMetadata(asked.path) ? edited(answer, (body) => ({ ...body, ...more(asked) })) : answer;
}

/** Spaces without an end, as long as somebody reads. */
function endless(begin: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(begin)),
    pull: (controller) => controller.enqueue(Buffer.alloc(64 * 1024, ' ')),
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

export const ATTACKS: readonly Doing<Rules>[] = [
  {
    name: 'denies',
    kind: 'attack',
    does: 'Nobody is let in: access_denied.',
    wants: 'Says so: exit 4.',
    rules: { denies: true },
  },
  {
    name: 'wrong-iss',
    kind: 'attack',
    does: 'The answer to the sign-in names another issuer (a mix-up, RFC 9207).',
    wants: 'Uses no code: exit 7.',
    rules: { iss: 'wrong' },
  },
  {
    name: 'missing-iss',
    kind: 'attack',
    does: 'The answer names no issuer, though the metadata promises it.',
    wants: 'Uses no code: exit 7.',
    rules: { iss: 'missing' },
  },
  {
    name: 'wrong-state',
    kind: 'attack',
    does: 'The answer carries the state of another sign-in.',
    wants: 'Takes no notice of it, and goes on waiting until its limit.',
    rules: { wrongState: true },
  },
  {
    name: 'foreign-issuer',
    kind: 'attack',
    does: 'Its metadata speaks for another issuer.',
    wants: 'Refuses it: exit 7.',
    after: inMetadata(() => ({ issuer: 'https://another.example' })),
  },
  {
    name: 'script-authorize-url',
    kind: 'attack',
    does: 'The authorization endpoint is a script, which a browser would run.',
    wants: 'Never opens it: exit 7.',
    after: inMetadata(() => ({ authorization_endpoint: 'javascript:alert(document.domain)//' })),
  },
  {
    name: 'http-endpoint',
    kind: 'attack',
    does: 'The token endpoint is http, on another host.',
    wants: 'Sends no code there: exit 7.',
    after: inMetadata(() => ({ token_endpoint: 'http://tokens.example/token' })),
  },
  {
    name: 'token-redirect',
    kind: 'attack',
    does: 'The token endpoint sends the client elsewhere, with everything in its request.',
    wants: 'Does not follow.',
    before: (asked) =>
      isToken(asked)
        ? new Response(null, { status: 307, headers: { location: `${asked.origins.resource}/stolen` } })
        : undefined,
  },
  {
    name: 'token-control-characters',
    kind: 'attack',
    does: 'The access token has a line break and a header in it.',
    wants: 'Refuses it.',
    after: (asked, answer) =>
      isToken(asked) && answer.ok
        ? edited(answer, (body) => ({ ...body, access_token: 'at-1\r\nX-Injected: yes' }))
        : answer,
  },
  {
    name: 'endless-token',
    kind: 'attack',
    does: 'The answer of the token endpoint never ends.',
    wants: 'Stops reading.',
    before: (asked) => (isToken(asked) ? endless('{"access_token":"at-1"') : undefined),
  },
  {
    name: 'deep-json',
    kind: 'attack',
    does: 'Metadata is a hundred thousand arrays in each other.',
    wants: 'Refuses it, and does not fall over.',
    before: ({ path }) => {
      if (!isMetadata(path)) return undefined;
      const depth = 100_000;
      const body = `{"issuer":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    },
  },
  {
    name: 'escape-in-error',
    kind: 'attack',
    does: 'Refusals are written for terminals: they clear the screen.',
    wants: 'Shows them without.',
    before: (asked) =>
      isToken(asked)
        ? json(400, { error: 'invalid_grant', error_description: `${ESCAPES}all is well` })
        : undefined,
  },
  {
    name: 'registration-escape',
    kind: 'attack',
    does: 'Registration gives an id that would drive a terminal.',
    wants: 'Refuses it.',
    after: ({ path }, answer) =>
      path === '/register' ? edited(answer, (body) => ({ ...body, client_id: `c${ESCAPES}` })) : answer,
  },
  {
    name: 'rotation-lost',
    kind: 'attack',
    does: 'A renewal is done, and its answer is lost: nobody has the new tokens.',
    wants: 'Keeps what it has, exit 5; the next renewal is refused, and says what to do.',
    after: (asked, answer) => (isRenewal(asked) && answer.ok ? Response.error() : answer),
  },
];
