import type { Fetch } from '../../deps.ts';
import { StoreError } from '../../errors.ts';
import type { SecretStore } from '../store.ts';
import { type Client, openClient } from './client.ts';
import { type Kv, openKv } from './kv.ts';
import { entryName, fromFields, keyOf } from './layout.ts';
import { keepLease, takeLease } from './lease.ts';
import { logIn, renewToken } from './login.ts';
import type { VaultSettings } from './settings.ts';
import { type Held, openSlot, type Slot, storedValue } from './slot.ts';

export type VaultOptions = {
  settings: VaultSettings;
  /** Verifies TLS, follows no redirect, rejects with errors of ours that show no header and no body. */
  http: Fetch;
  home: string;
  random(bytes: number): Uint8Array;
  /** Aborts reads, and waits. */
  signal: AbortSignal;
};

type Place = { slot: Slot; held: Held | undefined; last: Promise<unknown> };

/** Opens no connection before it is used. Verbs throw StoreError: see failure.ts. */
export function openVaultStore({ settings, http, home, random, signal }: VaultOptions): SecretStore {
  const { address, mount, prefix, namespace, timeout, retries } = settings;
  const places = new Map<string, Place>();
  let opening: Promise<Kv> | undefined;

  async function open(): Promise<Kv> {
    const client: Client = await openClient(address, namespace, { http, timeout, retries, signal });
    await logIn(client, settings, home);
    const given = settings.login.method === 'token' || settings.login.method === 'file';
    const [kv] = await Promise.all([openKv(client, settings), given && renewToken(client)]);
    return kv;
  }
  const engine = () => {
    opening ??= open();
    return opening;
  };

  async function place(key: string): Promise<Place> {
    const kv = await engine();
    const known = places.get(key) ?? { slot: openSlot(kv, key), held: undefined, last: Promise.resolve() };
    places.set(key, known);
    return known;
  }

  /** Writes of one entry follow each other: each has to know the version that the one before it made. */
  async function inTurn<T>(key: string, work: (place: Place) => Promise<T>): Promise<T> {
    const there = await place(key);
    const done = there.last.then(() => work(there));
    there.last = done.catch(() => undefined);
    return done;
  }

  return {
    name: 'vault',
    async ready() {
      const kv = await engine();
      if (await kv.mayWrite(entryName('mcp-cli-probe'))) return;
      throw new StoreError('denied', `the token for Vault may not write to ${mount}/${prefix}`, {
        hint: 'give it the policy in docs/storage.md',
      });
    },
    get: async (key) => storedValue(key, await (await place(key)).slot.look()),
    set: (key, value) =>
      inTurn(key, ({ slot, held }) => (held ? slot.save(held, value) : slot.replace(value))),
    delete: (key) =>
      inTurn(key, async ({ slot, held }) => {
        const { value, foreign } = await slot.look();
        if (held) held.lost = true;
        if (value === undefined && !foreign) return false;
        await (await engine()).remove(entryName(key));
        return true;
      }),
    list: async () => (await (await engine()).list()).map(keyOf).sort(),
    async foreign(key) {
      const { fields, version } = await (await engine()).read(entryName(key));
      if (!fields || !fromFields(fields, key).foreign) return undefined;
      const adopt = (value: string) =>
        inTurn(key, async ({ slot }) => (await slot.put(value, undefined, version)) !== undefined);
      return { fields, adopt };
    },
    where: (key) => `${mount}/${prefix}/${entryName(key)} in Vault at ${address}`,
    async lease(key, options, work) {
      const there = await place(key);
      if (!(await engine()).compares) return work({ recovered: false });
      const { held, recovered } = await takeLease(
        there.slot,
        Buffer.from(random(12)).toString('hex'),
        options,
      );
      if (!held) return work({ recovered });
      there.held = held;
      const giveBack = keepLease(there.slot, held, (write) => inTurn(key, write));
      try {
        return await work({ recovered });
      } finally {
        await giveBack();
        there.held = undefined;
      }
    },
  };
}
