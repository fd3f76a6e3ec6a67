import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Env } from '../deps.ts';
import { isObject } from '../json-object.ts';
import { nearest } from '../nearest.ts';
import type { Fault } from './address.ts';
import { expandAll } from './expand.ts';
import { type Keys, spellings } from './keys.ts';
import { invalid, type Path, type Place, position, written } from './place.ts';
import type { Json } from './read.ts';

/** Takes one sentence for the person; nothing stops because of it. */
export type Warn = (text: string) => void;

/** What reading an entry needs from outside the file. */
export type Around = { env: Env; home: string; warn: Warn };

/** One object of the file under our keys. */
export type Block = Place & {
  values: Json;
  /** Our key -> where it was written, from this object on. */
  keys: Record<string, Path>;
};

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
      put(result, own, [key], item);
    }
  }
  return result;
}

/**
 * Sets a key of a block, written at `path` from the block on.
 * @throws ConfigError `invalid` if another spelling said something else
 */
export function put(into: Block, key: string, path: Path, value: unknown): void {
  const before = into.keys[key];
  if (before !== undefined && !isDeepStrictEqual(into.values[key], value)) {
    const said = `says something else than ${written([...into.path, ...before])}, which means the same`;
    throw invalid({ ...into, path: [...into.path, ...path] }, said, 'keep one of the two');
  }
  into.values[key] = value;
  into.keys[key] ??= path;
}

/** The place of one of a block's keys, as it was written; also of one that is missing. */
export function placeOf(from: Block, key: string, ...rest: Path): Place {
  const { source, path, server } = from;
  return { source, server, path: [...path, ...(from.keys[key] ?? [key]), ...rest] };
}

export function unknownKey(place: Place, key: string, known: Iterable<string>): string {
  const near = nearest(key, known);
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  return `${position(place)}: unknown key ${written(place.path)} is ignored${meant}`;
}

/** A block with every string expanded but those of the keys in `except`. */
export function expandBlock(from: Block, env: Env, except: string[]): Block {
  const values = Object.entries(from.values).map(([key, value]) => [
    key,
    except.includes(key) ? value : expandAll(value, env, placeOf(from, key)),
  ]);
  return { ...from, values: Object.fromEntries(values) };
}

/** @throws the fault, if there is one, at this key of the block */
export function refuse(
  fault: Fault | undefined,
  from: Block,
  key: string,
  ...rest: (string | number)[]
): void {
  if (fault) throw invalid(placeOf(from, key, ...rest), fault.said, fault.hint);
}

/** Relative to the configuration file, so that it means the same from every folder. */
export function absolute(file: string | undefined, { source }: Block, home: string): string | undefined {
  if (file === undefined) return undefined;
  return /^~[/\\]/.test(file) ? join(home, file.slice(2)) : resolve(source.folder, file);
}
