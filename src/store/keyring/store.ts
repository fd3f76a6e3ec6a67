// The stores of the operating systems: their entries, and beside them on this machine the names that entries have, since
// none is ever searched for.
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { checkDirectory, makeDirectory } from '../directory.ts';
import { type FileDeps, sweep } from '../files.ts';
import { createLock } from '../lock.ts';
import { openRegistry, storesOf } from '../registry.ts';
import type { SecretStore } from '../store.ts';
import { SERVICE } from '../vouch.ts';
import { type Engine, type EngineOptions, startEngine } from './engine.ts';
import { openEntries } from './entries.ts';
import { accountOf } from './envelope.ts';
import { elsewhere, TITLES } from './failure.ts';
import type { KeyringName } from './protocol.ts';

export type KeyringOptions = EngineOptions & FileDeps & { home: string };

/** `error` says why not, and its hint what to install or to do: StoreError, see faultError. */
export type KeyringProbe = { works: true } | { works: false; error: StoreError };

const PLATFORMS: Record<KeyringName, NodeJS.Platform> = {
  keychain: 'darwin',
  windows: 'win32',
  secretservice: 'linux',
};

/** Milliseconds for another process that writes the same entry. */
const WRITE_WAIT = 10_000;

/**
 * Opens the keyring's store; starts its helper process at once and asks it nothing yet. Throws StoreError `unavailable`
 * where the system has no such store. Verbs throw besides: `locked`, `denied`, `timed_out`, `crashed`, `too_large`.
 */
export async function openKeyringStore(options: KeyringOptions, engine?: Engine): Promise<SecretStore> {
  const { name, platform, random } = options;
  if (PLATFORMS[name] !== platform) throw elsewhere(name);
  const keyring = engine ?? startEngine(options);
  const root = join(options.home, '.mcp_cli');
  const dir = join(root, 'tokens');
  const withLock = createLock({ random, platform, dir });
  const registry = openRegistry(root, withLock, options);
  const there = async () => (await checkDirectory(root, platform)) && (await checkDirectory(dir, platform));
  const entries = openEntries(keyring, { name, platform, random, dir, there });
  let swept = false;

  async function makeRoom(): Promise<void> {
    await makeDirectory(root, platform);
    await makeDirectory(dir, platform);
  }

  /** One writer of an entry at a time. A save is not interrupted. */
  function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { signal } = new AbortController();
    return withLock(`\0keyring ${key}`, { wait: WRITE_WAIT, signal }, work);
  }

  return {
    name,
    where: (key) => `${TITLES[name]}: ${SERVICE}/${accountOf(key, platform)}`,
    async ready() {
      await makeRoom();
      await keyring.call('probe', '');
    },
    get: entries.get,
    async set(key, value) {
      entries.check(value);
      await makeRoom();
      // First: an entry must not be there without its name, while a name without its entry is nothing.
      await registry.note(key, { backend: name });
      await alone(key, () => entries.set(key, value));
      if (!swept) await sweep(dir, platform);
      swept = true;
    },
    async delete(key) {
      await makeRoom();
      const deleted = await alone(key, () => entries.delete(key));
      await registry.forget(key, name);
      return deleted;
    },
    async list() {
      const places = (await there()) ? [...(await registry.read())] : [];
      return places.flatMap(([key, place]) => (storesOf(place).includes(name) ? [key] : [])).sort();
    },
  };
}

/** Whether this keyring works here and now, by writing an entry of no worth and removing it. Makes no files. */
export async function probeKeyring(
  options: Omit<KeyringOptions, 'home' | 'random'>,
  engine?: Engine,
): Promise<KeyringProbe> {
  if (PLATFORMS[options.name] !== options.platform) return { works: false, error: elsewhere(options.name) };
  const keyring = engine ?? startEngine(options);
  try {
    await keyring.call('probe', '');
    return { works: true };
  } catch (error) {
    if (error instanceof StoreError) return { works: false, error };
    throw error;
  } finally {
    if (!engine) keyring.end();
  }
}
