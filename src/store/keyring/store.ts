// The stores of the operating systems. An entry of the service `mcp-cli-oauth` holds the value itself, or, for one that
// is too long, the key of a file beside the encrypted store's: removing the entry by hand destroys the sign-in in both.
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { typed } from '../../typed.ts';
import { checkDirectory, makeDirectory } from '../directory.ts';
import { type FileDeps, readPrivate, removeFile, replaceFile, SIZE_LIMIT, sweep } from '../files.ts';
import { createLock } from '../lock.ts';
import { openRegistry, storesOf } from '../registry.ts';
import { KDF, open, SALT_BYTES, seal } from '../seal.ts';
import type { SecretStore } from '../store.ts';
import { SERVICE } from '../vouch.ts';
import { type Engine, type EngineOptions, startEngine } from './engine.ts';
import { accountOf, fitsInline, sealedFile, unwrap, wrap } from './envelope.ts';
import { elsewhere, TITLES, tooLarge } from './failure.ts';
import type { KeyringName } from './protocol.ts';

export type KeyringOptions = EngineOptions & FileDeps & { home: string };

/** `error` says why not, and its hint what to install or to do: StoreError, see faultError. */
export type KeyringProbe = { works: true } | { works: false; error: StoreError };

const PLATFORMS: Record<KeyringName, NodeJS.Platform> = {
  keychain: 'darwin',
  windows: 'win32',
  secretservice: 'linux',
};

/** Bytes that a value may have, with room for the header and the padding. */
const VALUE_LIMIT = SIZE_LIMIT - 1024;
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
  const account = (key: string) => accountOf(key, platform);
  const path = (key: string) => join(dir, sealedFile(key));
  const binding = (key: string) => ({ service: SERVICE, account: key });
  let swept = false;

  async function makeRoom(): Promise<void> {
    await makeDirectory(root, platform);
    await makeDirectory(dir, platform);
  }
  const there = async () => (await checkDirectory(root, platform)) && (await checkDirectory(dir, platform));

  async function look(key: string, saving = false): Promise<string | undefined> {
    const entry = await keyring.call('get', account(key), { saving });
    return typeof entry === 'string' ? entry : undefined;
  }

  /** One writer of an entry at a time. A save is not interrupted. */
  function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { signal } = new AbortController();
    return withLock(`\0keyring ${key}`, { wait: WRITE_WAIT, signal }, work);
  }

  /** The key of an entry stays, so that its file alone is replaced: there is no moment between two writes. */
  async function saveSealed(key: string, value: Buffer): Promise<void> {
    const entry = await look(key, true);
    const known = entry === undefined ? undefined : unwrap(entry);
    const master = known ?? Buffer.from(random(32));
    const derivation = { kdf: KDF.keyring, salt: Buffer.from(random(SALT_BYTES)), iterations: 0 };
    await replaceFile(path(key), seal(value, master, derivation, binding(key), random), options);
    if (known) return;
    // A crash before this leaves a file that nothing opens, and the entry as it was.
    await keyring.call('set', account(key), { value: wrap(master, sealedFile(key)), saving: true });
  }

  return {
    name,
    where: (key) => `${TITLES[name]}: ${SERVICE}/${account(key)}`,
    async ready() {
      await makeRoom();
      await keyring.call('probe', '');
    },
    async get(key) {
      // Between two looks another process may have changed the entry from one shape to the other.
      for (let before: string | undefined; ; ) {
        const entry = await look(key);
        const master = entry === undefined ? undefined : unwrap(entry);
        if (entry === undefined || !master) return entry;
        const file = (await there()) ? await readPrivate(path(key), platform) : undefined;
        const plain = file && open(file, master, binding(key));
        if (plain) return plain.toString();
        if (entry === before && file) throw corrupt(path(key));
        // An entry whose file was removed by hand is a reset.
        if (entry === before) return undefined;
        before = entry;
      }
    },
    async set(key, value) {
      const bytes = Buffer.from(value);
      if (bytes.length > VALUE_LIMIT) throw tooLarge(name, bytes.length);
      await makeRoom();
      // First: an entry must not be there without its name, while a name without its entry is nothing.
      await registry.note(key, { backend: name });
      await alone(key, async () => {
        if (!fitsInline(value)) return saveSealed(key, bytes);
        await keyring.call('set', account(key), { value, saving: true });
        await removeFile(path(key), platform);
      });
      if (!swept) await sweep(dir, platform);
      swept = true;
    },
    async delete(key) {
      await makeRoom();
      // The entry goes first: without its key the file is nothing.
      const deleted = await alone(key, async () => {
        const gone = (await keyring.call('delete', account(key), { saving: true })) === true;
        await removeFile(path(key), platform);
        return gone;
      });
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

function corrupt(path: string): StoreError {
  return new StoreError('corrupt', `${path} is damaged, or its key in the keyring is another's`, {
    hint: `drop it and sign in again: ${typed('rm', path)}`,
  });
}
