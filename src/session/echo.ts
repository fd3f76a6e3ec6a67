// A server knows what it was sent, and some put it into their error texts: those end in terminals and in logs.

import type { Bearer } from '../auth/bearer.ts';
import type { ServerEntry } from '../config/entry.ts';

const MASK = '***';
/** Characters. Less than this is an ordinary word, and protects nothing. */
const SHORTEST = 8;

/** What a server was sent in confidence: filled while a session lives. */
export type Sent = Set<string>;

/** Header values of the entry, what stands behind the scheme of one that has a scheme, and the stored tokens in it. */
export function sentWith(entry: ServerEntry): Sent {
  const values = entry.kind === 'http' ? Object.values(entry.headers) : [];
  const bare = values.map((value) => value.slice(value.lastIndexOf(' ') + 1));
  return new Set([...values, ...bare, ...(entry.secrets ?? [])]);
}

/** The same bearer, whose tokens are remembered in `sent`. */
export function remembered(bearer: Bearer, sent: Sent): Bearer {
  return {
    ...bearer,
    async current() {
      const token = await bearer.current();
      if (token !== undefined) sent.add(token);
      return token;
    },
  };
}

/** The same error without anything of `sent` in it or in its causes: foreign errors repeat whole answers. */
export function withoutEcho(error: unknown, sent: Sent): unknown {
  // The longest first: a value may be a part of another one.
  const secrets = [...sent].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  let current = error;
  // A chain of causes can be a ring.
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    current.message = clean(current.message);
    if (current.stack !== undefined) current.stack = clean(current.stack);
    if ('hint' in current && typeof current.hint === 'string') current.hint = clean(current.hint);
    current = current.cause;
  }
  return error;
}
