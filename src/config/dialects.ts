// Where the dialects keep their servers. How they spell the keys inside is keys.ts.

import { isObject } from '../json-object.ts';
import { nearest } from '../nearest.ts';
import { unknownKey, type Warn } from './block.ts';
import { ROOT, spellings } from './keys.ts';
import { invalid, type Path, type Place, printable } from './place.ts';
import type { Document } from './read.ts';

/** What a file contains, before anything in it is expanded or checked. */
export type Sections = {
  /** By name, in the file's order. The value may still be anything. */
  servers: Map<string, { path: Path; value: unknown }>;
  storage: { path: Path; value: unknown } | undefined;
};

/**
 * Finds the servers: under `mcpServers`, under `servers`, or, without a wrapper, as the file's own members.
 * @throws ConfigError `invalid`
 */
export function sections(document: Document, warn: Warn): Sections {
  const { root } = document;
  const place = (path: Path): Place => ({ source: document, path, server: undefined });
  const known = spellings(ROOT);
  const wrappers = ['mcpServers', 'servers'].filter((key) => Object.hasOwn(root, key));
  if (wrappers.length > 1) {
    throw invalid(
      place(['servers']),
      'stands beside "mcpServers", and both hold servers',
      'keep one of the two',
    );
  }
  const servers: Sections['servers'] = new Map();
  const [wrapper] = wrappers;
  if (wrapper !== undefined) {
    const inside = root[wrapper];
    const hint = `write "${wrapper}": {"NAME": {"url": "https://…"}}`;
    if (!isObject(inside))
      throw invalid(place([wrapper]), 'must be an object with one member a server', hint);
    for (const [name, value] of Object.entries(inside)) servers.set(name, { path: [wrapper, name], value });
  }
  for (const [key, value] of Object.entries(root)) {
    if (known.has(key)) continue;
    if (wrapper === undefined && isServer(key, value, known)) servers.set(key, { path: [key], value });
    else warn(unknownKey(place([key]), key, known.keys()));
  }
  for (const [name, { path }] of servers) checkName(name, place(path));
  const both = ['tokenStorage', 'token_storage'].filter((key) => Object.hasOwn(root, key));
  if (both.length > 1)
    throw invalid(place(['token_storage']), 'is given in both spellings', 'keep "tokenStorage"');
  const [key] = both;
  return { servers, storage: key === undefined ? undefined : { path: [key], value: root[key] } };
}

/** Without a wrapper an unknown member is a server if it looks like one, or like nothing else we know. */
function isServer(key: string, value: unknown, known: ReadonlyMap<string, string>): boolean {
  if (!isObject(value)) return false;
  const looks = ['url', 'command', 'oauth', 'transport', 'type'].some((field) => Object.hasOwn(value, field));
  return looks || nearest(key, known.keys()) === undefined;
}

function checkName(name: string, place: Place): void {
  if (name !== '' && name.length <= 200 && name === name.trim() && name === printable(name)) return;
  const hint = 'give the server a short name without control characters, such as "notion"';
  throw invalid(place, 'is not a usable server name', hint);
}
