// ~/.mcp_cli/token_registry.json: which key lives where. No secrets; it spares a list the password and a reader the
// search through every store. Only a hint: it may be missing, broken or edited by hand, and what a store finds in
// itself always wins.
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';
import { makeDirectory } from './directory.ts';
import { type FileDeps, readPrivate, replaceFile } from './files.ts';
import type { WithLock } from './lock.ts';
import type { StoreName } from './store.ts';

type Place = { backend: StoreName; file?: string };

type Registry = {
  read(): Promise<Map<string, Place>>;
  /** Best effort: a registry that cannot be written never costs a token. */
  note(key: string, place: Place): Promise<void>;
  forget(key: string): Promise<void>;
};

const BACKENDS: readonly string[] = [
  'keychain',
  'windows',
  'secretservice',
  'vault',
  'encrypted',
] satisfies StoreName[];
/** Not a name that an entry can have. */
const LOCK = '\0registry';

/** `root` is ~/.mcp_cli. */
export function openRegistry(root: string, withLock: WithLock, deps: FileDeps): Registry {
  const path = join(root, 'token_registry.json');

  async function change(key: string, place: Place | undefined): Promise<void> {
    if (same((await load(path, deps)).entries.get(key), place)) return;
    const signal = new AbortController().signal;
    await withLock(LOCK, { wait: 5_000, signal }, async () => {
      const { others, entries } = await load(path, deps);
      if (place) entries.set(key, place);
      else entries.delete(key);
      const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
      const text = JSON.stringify(
        { ...others, version: 1, entries: Object.fromEntries(sorted) },
        undefined,
        2,
      );
      await makeDirectory(dirname(path), deps.platform);
      await replaceFile(path, `${text}\n`, deps);
    }).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
  }

  return {
    read: async () => (await load(path, deps)).entries,
    note: (key, place) => change(key, place),
    forget: (key) => change(key, undefined),
  };
}

/** `others`: members that are not ours stay as they are; the Python tool keeps a file of this name. */
async function load(path: string, deps: FileDeps) {
  const entries = new Map<string, Place>();
  const text = await readPrivate(path, deps.platform).catch(() => undefined);
  const file = text && asObject(text.toString());
  for (const [key, value] of Object.entries(asRecord(file?.entries) ?? {})) {
    const place = asRecord(value);
    if (!place || typeof place.backend !== 'string' || !BACKENDS.includes(place.backend)) continue;
    const backend = place.backend as StoreName;
    entries.set(key, typeof place.file === 'string' ? { backend, file: place.file } : { backend });
  }
  return { others: file ?? {}, entries };
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function same(a: Place | undefined, b: Place | undefined): boolean {
  return a?.backend === b?.backend && a?.file === b?.file;
}
