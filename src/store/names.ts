// The file that an entry lives in. Pure.
import { createHash } from 'node:crypto';
import { isTokenKey } from './token.ts';

const SAFE = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** What a hashed name ends in: one that looks so could be that of another. */
const HASHED = /-[0-9a-f]{10}$/;
/** Windows opens the device, whatever the extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;
const ENTRY = /^(~?[a-z0-9][a-z0-9_-]*)\.enc$/;

/**
 * A file name without extension for `name`: the name itself if every file system takes it; otherwise what can be
 * kept of it and 10 digits of its SHA-256, so that `a.b` and `a_b`, or `A` and `a`, never meet in one file, nor anything
 * with a name that was made up to look like theirs.
 */
export function fileStem(name: string): string {
  if (SAFE.test(name) && !HASHED.test(name) && !DEVICE.test(name)) return name;
  const kept = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .replace(/^[_-]+/, '')
    .slice(0, 48);
  return `${kept || 'server'}-${createHash('sha256').update(name).digest('hex').slice(0, 10)}`;
}

/** A token's key keeps its mark: what is no sign-in is known as such even without the index that has its name. */
export function entryFile(key: string): string {
  if (!isTokenKey(key)) return `${fileStem(key)}.enc`;
  const name = key.slice(1);
  // Without a namespace it is the stem of a file whose name was lost.
  return `~${isHashed(name) ? name : fileStem(name)}.enc`;
}

/**
 * The file of an entry whose name was lost with the index: then it goes by its stem. Undefined for a key that is no
 * hashed stem. What lies there may be another's, so nothing is written to it.
 */
export function lostFile(key: string): string | undefined {
  return isHashed(key) ? `${key}.enc` : undefined;
}

function isHashed(stem: string): boolean {
  return SAFE.test(stem) && HASHED.test(stem);
}

/** The stem of an entry's file; undefined for every other file of the directory. */
export function entryStem(file: string): string | undefined {
  return ENTRY.exec(file)?.[1];
}
