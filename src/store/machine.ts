// The stores of this machine, each opened once and only if it is needed, and what the index knows of them.
import { join } from 'node:path';
import type { Backend } from '../config/entry.ts';
import { askedBackend, type StoreOptions } from './choose.ts';
import { holdsEntry } from './encrypted.ts';
import type { Engine } from './keyring/engine.ts';
import type { KeyringName } from './keyring/protocol.ts';
import { createLock, type WithLock } from './lock.ts';
import { openBackend } from './open.ts';
import { openRegistry, type Registry, storesOf } from './registry.ts';
import type { SecretStore, StoreName } from './store.ts';
import { keyringOf, type Look, type Usual, usualStore } from './usual.ts';
import { vaultSettings } from './vault/settings.ts';

export type Machine = {
  /** The store that was asked for by name; `auto`: none was. */
  asked: Backend;
  options: StoreOptions;
  /** The settings of a store, whichever is the usual one. */
  storageOf(name: StoreName): Promise<StoreOptions['storage']>;
  registry: Registry;
  /** The lock of an entry on this machine; not that of a shared store (`SecretStore.lease`). */
  withLock: WithLock;
  /** Throws what opening it throws. */
  open(name: StoreName): Promise<SecretStore>;
  /** Where new entries go. `anew` as in `usualStore`. */
  usual(anew?: boolean): Promise<Usual>;
  /**
   * The store that may have an entry that nothing here knows of. Undefined: none has, because nothing was ever kept, and
   * no keyring has to be woken to say so.
   */
  unknown(): Promise<StoreName | undefined>;
  /** The stores that have an entry, so far as can be told without opening them: the one to be read first is first. */
  known(key: string): Promise<StoreName[]>;
};

/** Throws UsageError `unknown_backend`. */
export function openMachine(options: StoreOptions): Machine {
  const asked = askedBackend(options);
  const { home, platform, random } = options;
  const root = join(home, '.mcp_cli');
  const withLock = createLock({ random, platform, dir: join(root, 'tokens') });
  const registry = openRegistry(root, withLock, options);
  const opened = new Map<StoreName, Promise<SecretStore>>();
  let usual: Promise<Usual> | undefined;
  let looked = false;

  async function storageOf(name: StoreName) {
    const covered = asked === 'auto' || asked === name || !options.storageOf;
    return covered ? options.storage : options.storageOf?.(name);
  }

  /** Of the platform's keyring, for the look and for the store. */
  let engine: Engine | undefined;

  async function look(name: KeyringName): ReturnType<Look> {
    const [{ lookAtKeyring }, { startEngine }] = await Promise.all([
      import('./keyring/look.ts'),
      import('./keyring/engine.ts'),
    ]);
    const asking = { ...options, name, attended: options.prompt.available };
    const probe = await lookAtKeyring(asking, () => {
      engine ??= startEngine(asking);
      return engine;
    });
    if (probe.works) return { usable: true, sure: true };
    const { code, message } = probe.error;
    // Only one that is not there is done without. What is locked, or asks somebody, may hold a sign-in.
    const gone = code === 'unavailable' || code === 'crashed';
    return gone ? { usable: false, why: message } : { usable: true, sure: false };
  }

  async function openOne(name: StoreName): Promise<SecretStore> {
    const own = name === keyringOf(platform) ? engine : undefined;
    return openBackend(name, { ...options, storage: await storageOf(name) }, registry, own);
  }

  const machine: Machine = {
    asked,
    options,
    storageOf,
    registry,
    withLock,
    open(name) {
      const store = opened.get(name) ?? openOne(name);
      opened.set(name, store);
      return store;
    },
    usual(anew = false) {
      if (usual === undefined || (anew && !looked)) {
        looked = anew;
        usual = usualStore(asked, options, registry, look, anew);
      }
      return usual;
    },
    async unknown() {
      const blank = asked === 'auto' && !vaultSettings(options.storage, options.env, false);
      return blank && (await registry.isBlank()) ? undefined : (await machine.usual()).name;
    },
    async known(key) {
      const stores = storesOf((await registry.read()).get(key));
      // The folder is its own index: what was copied there, or lost its line, is found all the same.
      if (!stores.includes('encrypted') && (await holdsEntry(home, key, platform))) stores.push('encrypted');
      return stores;
    },
  };
  return machine;
}
