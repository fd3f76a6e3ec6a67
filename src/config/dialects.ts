// The dialects end here: whatever a file spells, what leaves this file has our keys and remembers how they were written.

import { isDeepStrictEqual } from 'node:util';
import { type Keys, ROOT, spellings } from './keys.ts';
import { nearest } from './nearest.ts';
import { invalid, type Path, type Place, position, printable, written } from './place.ts';
import type { Document, Json } from './read.ts';

export type Warn = (text: string) => void;

/** One object of the file under our keys. */
export type Block = Place & {
  values: Json;
  /** Our key -> the key as written. */
  keys: Record<string, string>;
};

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
function isServer(key: string, value: unknown, known: Map<string, string>): boolean {
  if (!isObject(value)) return false;
  const looks = ['url', 'command', 'oauth', 'transport', 'type'].some((field) => Object.hasOwn(value, field));
  return looks || nearest(key, known.keys()) === undefined;
}

function checkName(name: string, place: Place): void {
  if (name !== '' && name.length <= 200 && name === name.trim() && name === printable(name)) return;
  const hint = 'give the server a short name without control characters, such as "notion"';
  throw invalid(place, 'is not a usable server name', hint);
}

/**
 * Brings one object to our keys; null counts as absent. Unknown keys warn and are dropped.
 * @throws ConfigError `invalid` if it is no object, or says two things under two spellings of one key
 */
export function block(value: unknown, keys: Keys, place: Place, warn: Warn): Block {
  if (!isObject(value)) throw invalid(place, 'must be an object', 'write {"key": value, …}');
  const known = spellings(keys);
  const result: Block = { ...place, values: {}, keys: {} };
  for (const [key, item] of Object.entries(value)) {
    const own = known.get(key);
    const here = { ...place, path: [...place.path, key] };
    if (own === undefined) {
      warn(unknownKey(here, key, known.keys()));
    } else if (item !== null) {
      const before = result.keys[own];
      if (before !== undefined && !isDeepStrictEqual(result.values[own], item)) {
        throw invalid(
          here,
          `says something else than "${before}", which means the same`,
          'keep one of the two',
        );
      }
      result.values[own] = item;
      result.keys[own] ??= key;
    }
  }
  return result;
}

/** The place of one of a block's keys, as it was written; also of one that is missing. */
export function placeOf(from: Block, key: string, ...rest: Path): Place {
  const { source, path, server } = from;
  return { source, server, path: [...path, from.keys[key] ?? key, ...rest] };
}

function unknownKey(place: Place, key: string, known: Iterable<string>): string {
  const near = nearest(key, known);
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  return `${position(place)}: unknown key ${written(place.path)} is ignored${meant}`;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
