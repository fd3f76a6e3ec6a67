// A file of JSON with one entry for each sign-in: four of the programs keep theirs so, in four dialects.
import { type FileDeps, type Foreign, printOf, readForeign, replaceForeign, unusable } from './file.ts';
import { type Found, type Reading, type Source, Unfit } from './found.ts';
import { strictJson, without } from './json.ts';
import type { Times } from './tokens.ts';

/** Where an entry lies in the file, under which key, and what it calls its server. */
type Entry = { path: (string | number)[]; key: string; name: string; value: unknown };

export type Dialect = {
  /** Undefined: this is no file of that program. */
  entries(root: unknown): Entry[] | undefined;
  /** Pure. Undefined: an entry without tokens. @throws Unfit */
  parse(entry: Entry, times: Times): Omit<Found, 'id' | 'where' | 'print'> | undefined;
};

type Options = FileDeps & {
  path: string;
  now(): number;
  /** Runs `work` while nobody else changes the file, so far as a lock can tell. */
  locked: <T>(work: () => Promise<T>) => Promise<T>;
};

export function openDocument(dialect: Dialect, options: Options): Source {
  const { path, platform, now, locked } = options;

  async function load(): Promise<{ file: Foreign; text: string; entries: Entry[] } | undefined> {
    const file = await readForeign(path, platform);
    if (!file) return undefined;
    const text = file.bytes.toString('utf8');
    // What is not removed is written back, byte for byte: in other bytes than these it would not be the same.
    const json = Buffer.from(text).equals(file.bytes) ? strictJson(text) : undefined;
    if (!json) throw unusable(path, 'is no JSON that could be read in one way only');
    const entries = dialect.entries(json.value);
    if (!entries) throw unusable(path, 'is not a file of the program that --from names');
    return { file, text, entries };
  }

  return {
    places: [path],
    async read() {
      const loaded = await load();
      return loaded ? readEntries(dialect, loaded.entries, path, now()) : { found: [], faulty: [] };
    },
    async holds(found) {
      const loaded = await load();
      return loaded?.entries.some((each) => sameEntry(each, found)) ?? false;
    },
    remove: (found) =>
      locked(async () => {
        const loaded = await load();
        const entry = loaded?.entries.find((each) => sameEntry(each, found));
        if (!loaded || !entry) return false;
        return replaceForeign(path, loaded.file, without(loaded.text, entry.path), options);
      }),
  };
}

function readEntries(dialect: Dialect, entries: Entry[], where: string, now: number): Reading {
  const reading: Reading = { found: [], faulty: [] };
  for (const entry of entries) {
    const place = { id: entry.key, where };
    try {
      const parsed = dialect.parse(entry, { savedAt: undefined, now });
      if (parsed) reading.found.push({ ...place, print: fingerprint(entry), ...parsed });
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      reading.faulty.push({ ...place, name: entry.name, why: error.message });
    }
  }
  return reading;
}

/** An array's entries move up when one before them goes: what they say tells them apart, not where they are. */
function sameEntry(entry: Entry, found: Found): boolean {
  return entry.key === found.id && fingerprint(entry) === found.print;
}

function fingerprint({ value }: Entry): string {
  return printOf(JSON.stringify(value));
}
