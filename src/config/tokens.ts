// Headers and variables that name stored tokens. Pure: what a token is comes from whoever may read the store.

import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import type { ServerEntry, TokenText } from './entry.ts';
import { expandParts, type TokenReference } from './expand.ts';
import { isHeaderValue } from './headers.ts';
import type { Place } from './place.ts';

export type Table = {
  /** What needs nothing of the store. */
  plain: Record<string, string>;
  withTokens: TokenText[];
};

/**
 * A table of the file, expanded but for its stored tokens.
 * @throws ConfigError `missing_env`, `unsupported_reference`, `invalid`
 */
export function expandTable(table: Record<string, string>, env: Env, place: Place): Table {
  const plain: [string, string][] = [];
  const withTokens: TokenText[] = [];
  for (const [name, text] of Object.entries(table)) {
    const parts = expandParts(text, env, { ...place, path: [...place.path, name] });
    if (parts.every((part) => typeof part === 'string')) plain.push([name, parts.join('')]);
    else withTokens.push({ name, parts });
  }
  return { plain: Object.fromEntries(plain), withTokens };
}

/** What is known of all values before the store was read: the names, and the text around tokens. */
export function knownOf({ plain, withTokens }: Table): Record<string, string> {
  const known = withTokens.map(({ name, parts }): [string, string] => [
    name,
    parts.filter((part) => typeof part === 'string').join(''),
  ]);
  return { ...plain, ...Object.fromEntries(known) };
}

/** `${TOKEN:namespace:name}`. */
export function writtenToken({ namespace, name }: TokenReference): string {
  return `\${TOKEN:${namespace}:${name}}`;
}

/**
 * The entry with its tokens in their places. `read` is asked once for each.
 * @throws ConfigError `invalid_token` for one that cannot stand where it is to go, and whatever `read` throws
 */
export async function fillIn(
  entry: ServerEntry,
  read: (token: TokenReference) => Promise<string>,
): Promise<ServerEntry> {
  const { withTokens = [], ...rest } = entry;
  if (withTokens.length === 0) return entry;
  const values = new Map<string, string>();
  for (const token of withTokens.flatMap(({ parts }) => parts.filter((part) => typeof part !== 'string'))) {
    const written = writtenToken(token);
    if (!values.has(written)) values.set(written, await read(token));
  }
  const filled: [string, string][] = [];
  for (const { name, parts } of withTokens) {
    const text = parts
      .map((part) => (typeof part === 'string' ? part : values.get(writtenToken(part))))
      .join('');
    if (!(rest.kind === 'http' ? isHeaderValue(name, text) : !text.includes('\0'))) {
      const where = `${rest.path}.${rest.kind === 'http' ? 'headers' : 'env'}.${name}`;
      throw new ConfigError('invalid_token', `a stored token has characters that ${where} cannot have`, {
        hint: 'set it again: the token alone, no line break, nothing beyond ASCII',
        server: rest.name,
      });
    }
    filled.push([name, text]);
  }
  const secrets = [...values.values()];
  return rest.kind === 'http'
    ? { ...rest, headers: { ...rest.headers, ...Object.fromEntries(filled) }, secrets }
    : { ...rest, env: { ...rest.env, ...Object.fromEntries(filled) }, secrets };
}
