// Which configured server a foreign sign-in is for. Pure. The URL decides wherever the file says it: a name alone could
// send a token to whoever was given that name in a configuration.
import { createHash } from 'node:crypto';
import type { Found } from './found.ts';

export type Candidate = {
  name: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  resource: string | undefined;
};

export type Match<C extends Candidate> =
  | { kind: 'one'; candidate: C; by: 'url' | 'name' }
  | { kind: 'several'; names: string[] }
  /** A server of that name has another URL. */
  | { kind: 'other_url'; candidate: C }
  | { kind: 'none' };

/** `spell`: what the other program makes of a server's name. */
export function match<C extends Candidate>(
  found: Pick<Found, 'name' | 'url' | 'urlHash'>,
  candidates: C[],
  spell: (name: string) => string,
): Match<C> {
  const { url, urlHash } = found;
  const named = candidates.filter(({ name }) => found.name !== undefined && spell(name) === found.name);
  if (url === undefined && urlHash === undefined) return decide(named, named, 'name');
  const same = candidates.filter((each) =>
    url === undefined ? hashes(each).has(urlHash ?? '') : sameUrl(each.url, url),
  );
  const [other] = named;
  if (same.length === 0 && other) return { kind: 'other_url', candidate: other };
  return decide(same, named, 'url');
}

function decide<C extends Candidate>(fitting: C[], named: C[], by: 'url' | 'name'): Match<C> {
  const [first] = fitting;
  if (!first) return { kind: 'none' };
  if (fitting.length === 1) return { kind: 'one', candidate: first, by };
  const both = fitting.filter((each) => named.includes(each));
  const [only] = both;
  if (by === 'url' && both.length === 1 && only) return { kind: 'one', candidate: only, by };
  return { kind: 'several', names: fitting.map(({ name }) => name) };
}

/** The same request: scheme, host, port, path and query. A slash at the end of a path is another path. */
export function sameUrl(one: string, other: string): boolean {
  const [a, b] = [canonical(one), canonical(other)];
  return a !== undefined && a === b;
}

function canonical(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

/** mcp-remote hashes what it was given: the URL as typed, then its resource and headers where there are any. */
function hashes({ url, headers, resource }: Candidate): Set<string> {
  const spellings = new Set([url, canonical(url) ?? url]);
  if (new URL(url).pathname === '/') spellings.add(url.replace(/\/$/, ''));
  const resources = [undefined, resource, canonical(url)].filter((each, index) => index === 0 || each);
  const names = Object.keys(headers).sort();
  const sent = names.length > 0 ? [undefined, JSON.stringify(headers, names)] : [undefined];
  const all = [...spellings].flatMap((each) =>
    resources.flatMap((about) =>
      sent.map((given) => [each, about, given].filter((part) => part !== undefined).join('|')),
    ),
  );
  return new Set(all.map((text) => createHash('md5').update(text).digest('hex')));
}
