// One entry, as this process knows it: what it read last, and the lease it holds. Whoever writes names the version it
// believes in, so that two machines never write over each other unseen.
import { StoreError } from '../../errors.ts';
import { Conflict, type Kv, type Read, Uncertain } from './kv.ts';
import { entryName, foreignEntry, fromFields, type Lease, toFields } from './layout.ts';

export type Seen = { value: string | undefined; lease: Lease | undefined; foreign: boolean; version: number };

/** Held by this process. `value` is what is stored, as it reads. */
export type Held = { lease: Lease; version: number; value: string; lost: boolean };

/** Tries of a write that is to win in any case. */
const TRIES = 8;

export type Slot = {
  look(): Promise<Seen>;
  /** False: somebody was faster, or nobody knows; look again. */
  put(value: string, lease: Lease | undefined, version: number): Promise<number | undefined>;
  /** Replaces whatever is there. Throws StoreError. */
  replace(value: string): Promise<void>;
  /** The same under a lease, which knows what was there. Throws StoreError `conflict`. */
  save(held: Held, value: string): Promise<void>;
};

export function openSlot(kv: Kv, key: string): Slot {
  const name = entryName(key);

  async function look(): Promise<Seen> {
    return seen(await kv.read(name), key);
  }

  async function put(value: string, lease: Lease | undefined, version: number): Promise<number | undefined> {
    try {
      return await kv.write(name, toFields(value, lease, key), version);
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      if (!(error instanceof Uncertain)) throw error;
      const now = await look().catch(() => undefined);
      if (now === undefined) throw error.cause;
      const ours =
        now.value === asRead(value, key) && now.lease?.by === lease?.by && now.lease?.beat === lease?.beat;
      return ours ? now.version : undefined;
    }
  }

  return {
    look,
    put,
    async replace(value) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const { lease, version } = await look();
        if ((await put(value, lease, version)) !== undefined) return;
      }
      throw conflict(key);
    },
    async save(held, value) {
      let { version } = held;
      let { lease }: { lease: Lease | undefined } = held;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const now = await put(value, lease, version);
        if (now !== undefined) {
          held.version = now;
          held.value = asRead(value, key);
          return;
        }
        const there = await look();
        // Another machine took the lease and has not renewed yet: what we have is newer than what it will send.
        if (there.value !== held.value) throw conflict(key);
        ({ version, lease } = there);
        held.lost ||= lease?.by !== held.lease.by;
      }
      throw conflict(key);
    },
  };
}

function seen({ fields, version }: Read, key: string): Seen {
  if (!fields) return { value: undefined, lease: undefined, foreign: false, version };
  return { ...fromFields(fields, key), version };
}

/** What reading gives for a value that was written: the same, but for the order of members. */
function asRead(value: string, key: string): string {
  return fromFields(toFields(value, undefined, key), key).value ?? value;
}

/** The value, for who wants it and nothing else. Throws StoreError `foreign_entry`. */
export function storedValue(key: string, { value, foreign }: Seen): string | undefined {
  if (foreign) throw foreignEntry(key);
  return value;
}

function conflict(key: string): StoreError {
  return new StoreError(
    'conflict',
    `the entry of ${key} in Vault was changed by another machine at the same time`,
    {
      hint: 'try again',
      server: key,
    },
  );
}
