// ~/.mcp_cli/token_registry.json: which key lives where. No secrets; it spares a list the password and a reader the
// search through every store. Only a hint: it may be missing, broken or edited by hand, and what a store finds in
// itself always wins.
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { StoreError } from '../errors.ts';
import { asObject, parseObject } from '../json-object.ts';
import { makeDirectory } from './directory.ts';
import { type FileDeps, readPrivate, replaceFile } from './files.ts';
import type { WithLock } from './lock.ts';
import type { StoreName } from './store.ts';

export type Place = {
  backend: StoreName;
  file?: string;
  /** Stores that have an entry of this key as well, which is read only where `backend` has none. */
  also?: StoreName[];
  /** The one of them that it was moved from: what is left there is nobody's. */
  from?: StoreName;
};

/** What became of a look at the platform's keyring, so that not every command has to look. */
export type Probed = {
  backend: StoreName;
  usable: boolean;
  why?: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** The session that it was seen in: another one may have another keyring, or none. */
  session: string;
  /** The person knows what it means. */
  told?: true;
};

/** Writing is best effort: a registry that cannot be written never costs a token. */
export type Registry = {
  read(): Promise<Map<string, Place>>;
  /** Nothing was ever written. */
  isBlank(): Promise<boolean>;
  /** The store that was written last is the one that is read first. */
  note(key: string, place: Omit<Place, 'also'>): Promise<void>;
  /** One store has it no longer, or none. */
  forget(key: string, backend?: StoreName): Promise<void>;
  probed(): Promise<Probed | undefined>;
  remember(probed: Probed): Promise<void>;
};

const BACKENDS: readonly StoreName[] = ['keychain', 'windows', 'secretservice', 'vault', 'encrypted'];
/** Not a name that an entry can have. */
const LOCK = '\0registry';

/** `root` is ~/.mcp_cli. */
export function openRegistry(root: string, withLock: WithLock, deps: FileDeps): Registry {
  const path = join(root, 'token_registry.json');

  async function change(alter: (file: Loaded) => void): Promise<void> {
    const before = await load(path, deps);
    const wanted = structuredClone(before);
    alter(wanted);
    if (isDeepStrictEqual(before, wanted)) return;
    const signal = new AbortController().signal;
    await withLock(LOCK, { wait: 5_000, signal }, async () => {
      const file = await load(path, deps);
      alter(file);
      const entries = Object.fromEntries([...file.entries].sort(([a], [b]) => (a < b ? -1 : 1)));
      const { others, probe } = file;
      const text = JSON.stringify({ ...others, version: 1, ...(probe && { probe }), entries }, undefined, 2);
      await makeDirectory(dirname(path), deps.platform);
      await replaceFile(path, `${text}\n`, deps);
    }).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
  }

  return {
    read: async () => (await load(path, deps)).entries,
    // A broken one is none: there may have been much in it.
    isBlank: async () => (await readPrivate(path, deps.platform).catch(() => true)) === undefined,
    note: (key, place) =>
      change(({ entries }) => {
        const before = entries.get(key);
        const also = storesOf(before).filter((each) => each !== place.backend);
        const kept = before?.backend === place.backend && before.from && { from: before.from };
        entries.set(key, { ...kept, ...place, ...(also.length > 0 && { also }) });
      }),
    forget: (key, backend) =>
      change(({ entries }) => {
        const place = entries.get(key);
        const [first, ...also] = storesOf(place).filter((each) => backend && each !== backend);
        if (first === undefined) entries.delete(key);
        else {
          const { file, from } = first === place?.backend ? place : {};
          entries.set(key, {
            backend: first,
            ...(file !== undefined && { file }),
            ...(also.length > 0 && { also }),
            ...(from && also.includes(from) && { from }),
          });
        }
      }),
    probed: async () => (await load(path, deps)).probe,
    remember: (probe) =>
      change((file) => {
        file.probe = probe;
      }),
  };
}

/** The stores that have an entry, the one to be read first. Pure. */
export function storesOf(place: Place | undefined): StoreName[] {
  return place ? [place.backend, ...(place.also ?? [])] : [];
}

type Loaded = {
  /** Members that are not ours stay as they are; the Python tool keeps a file of this name. */
  others: Record<string, unknown>;
  entries: Map<string, Place>;
  probe: Probed | undefined;
};

async function load(path: string, deps: FileDeps): Promise<Loaded> {
  const entries = new Map<string, Place>();
  const text = await readPrivate(path, deps.platform).catch(() => undefined);
  const { probe, ...others } = (text && parseObject(text.toString())) || {};
  for (const [key, value] of Object.entries(asObject(others.entries) ?? {})) {
    const place = asPlace(value);
    if (place) entries.set(key, place);
  }
  return { others, entries, probe: asProbed(probe) };
}

function asPlace(value: unknown): Place | undefined {
  const place = asObject(value);
  const backend = asStore(place?.backend);
  if (!backend) return undefined;
  const also = Array.isArray(place?.also) ? place.also.flatMap((each) => asStore(each) ?? []) : [];
  const from = also.find((each) => each === place?.from);
  return {
    backend,
    ...(typeof place?.file === 'string' && { file: place.file }),
    ...(also.length > 0 && { also }),
    ...(from && { from }),
  };
}

function asProbed(value: unknown): Probed | undefined {
  const probe = asObject(value);
  const backend = asStore(probe?.backend);
  const { usable, why, at, session } = probe ?? {};
  if (!backend || typeof usable !== 'boolean' || typeof at !== 'number' || typeof session !== 'string')
    return undefined;
  const told = probe?.told === true ? { told: true as const } : {};
  return { backend, usable, at, session, ...told, ...(typeof why === 'string' && { why }) };
}

function asStore(value: unknown): StoreName | undefined {
  return BACKENDS.find((each) => each === value);
}
