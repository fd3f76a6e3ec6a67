// What became of each foreign sign-in, for people and for scripts. Nothing in it is secret. Pure.

import type { Found } from './found.ts';
import { type Candidate, type Match, match } from './match.ts';

type State =
  | 'moved'
  | 'copied'
  /** It lies in a place that both programs use, and is both's now. */
  | 'shared'
  /** `--dry-run`. */
  | 'would_import'
  | 'signed_in'
  | 'not_configured'
  | 'ambiguous'
  /** The file does not say the URL, and nobody said that this server is meant. */
  | 'not_named'
  | 'refused';

/** `assumed`: a public client's refresh token, which a server of OAuth 2.1 has to exchange at each use. */
export type Rotation = 'assumed' | 'possible' | 'none';

export type Outcome = {
  /** The configured server. */
  server?: string;
  /** What the other program calls it. */
  name?: string;
  /** Without query: some servers carry a key in it. */
  url?: string;
  state: State;
  source: string;
  rotates?: Rotation;
  /** ISO 8601, as in `auth status`. */
  expiresAt?: string;
  why?: string;
  /** What to add to the configuration. */
  add?: { mcpServers: Record<string, { url: string }> };
  warning?: string;
  error?: { code: string; message: string; hint?: string };
};

export function rotationOf({ tokens, client }: Pick<Found, 'tokens' | 'client'>): Rotation {
  if (tokens.refreshToken === undefined) return 'none';
  return client?.secret === undefined ? 'assumed' : 'possible';
}

/** What may be told of it before anything is decided. */
export function describeFound(
  found: Found,
): Pick<Outcome, 'name' | 'url' | 'source' | 'rotates' | 'expiresAt'> {
  const { tokens, name, url, where } = found;
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url: bare(url) }),
    source: where,
    rotates: rotationOf(found),
    ...(tokens.expiresAt !== undefined && { expiresAt: new Date(tokens.expiresAt).toISOString() }),
  };
}

type Chosen<C extends Candidate> = { found: Found; candidate: C; by: 'url' | 'name' };
type Left = { found: Found; outcome: Outcome };

/** Each foreign sign-in with the server that it is for, or why there is none. One server takes one of them. */
export function choose<C extends Candidate>(
  all: Found[],
  candidates: C[],
  spell: (name: string) => string,
): (Chosen<C> | Left)[] {
  const matches = all.map((found) => ({ found, to: match(found, candidates, spell) }));
  return matches.map(({ found, to }) => {
    if (to.kind !== 'one') return { found, outcome: unmatched(found, to) };
    const rivals = matches.filter((each) => each.to.kind === 'one' && each.to.candidate === to.candidate);
    const winner =
      rivals.length === 1
        ? found
        : pick(
            rivals.map((each) => each.found),
            to.candidate,
            spell,
          );
    if (winner === found) return { found, candidate: to.candidate, by: to.by };
    const why = winner ? 'another one for this server is newer' : 'several sign-ins are for this server';
    return {
      found,
      outcome: { ...describeFound(found), server: to.candidate.name, state: 'ambiguous', why },
    };
  });
}

/** Of one name's several, the newest is the one that lives. */
function pick(rivals: Found[], { name }: Candidate, spell: (name: string) => string): Found | undefined {
  const named = rivals.filter((each) => each.name === spell(name));
  const same = named.length > 0 ? named : rivals.every((each) => each.name === rivals[0]?.name) ? rivals : [];
  return [...same].sort((a, b) => b.tokens.issuedAt - a.tokens.issuedAt)[0];
}

function unmatched<C extends Candidate>(found: Found, to: Exclude<Match<C>, { kind: 'one' }>): Outcome {
  const told = describeFound(found);
  switch (to.kind) {
    case 'several':
      return { ...told, state: 'ambiguous', why: `several servers have this URL: ${to.names.join(', ')}` };
    case 'other_url':
      return {
        ...told,
        server: to.candidate.name,
        state: 'not_configured',
        why: `${to.candidate.name} is configured with another URL, and no token is used for another URL than its own`,
        ...addition(found),
      };
    case 'none':
      return { ...told, state: 'not_configured', why: notConfigured(found), ...addition(found) };
  }
}

function notConfigured({ url, urlHash }: Found): string {
  if (url !== undefined) return 'no configured server has this URL';
  if (urlHash !== undefined)
    return 'the file names the server by a hash, and no configured server has that URL';
  return 'no configured server has this name, and the file does not say the URL';
}

function addition({ name, url }: Found): Pick<Outcome, 'add'> {
  if (url === undefined || !URL.canParse(url)) return {};
  return { add: { mcpServers: { [name ?? new URL(url).hostname]: { url: bare(url) } } } };
}

export function bare(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
