// The entries of a keyring. One of the service `mcp-cli-oauth` holds the value itself, or, for one that is too long, the
// key of a file beside the encrypted store's: removing the entry by hand destroys the sign-in in both.
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { typed } from '../../typed.ts';
import { type FileDeps, readPrivate, removeFile, replaceFile, SIZE_LIMIT } from '../files.ts';
import { KDF, open, SALT_BYTES, seal } from '../seal.ts';
import { SERVICE } from '../vouch.ts';
import type { Engine } from './engine.ts';
import { accountOf, fitsInline, sealedFile, unwrap, wrap } from './envelope.ts';
import { tooLarge } from './failure.ts';
import type { KeyringName } from './protocol.ts';

/** Bytes that a value may have, with room for the header and the padding. */
const VALUE_LIMIT = SIZE_LIMIT - 1024;

export type EntryOptions = FileDeps & {
  name: KeyringName;
  /** Where the files are. */
  dir: string;
  /** Whether it is there, and ours. */
  there(): Promise<boolean>;
};

export type Entries = {
  get(key: string): Promise<string | undefined>;
  /** Throws StoreError `too_large`. */
  check(value: string): void;
  /** One at a time for each key, in a folder that is there. */
  set(key: string, value: string): Promise<void>;
  /** As `set`. False if there was none. */
  delete(key: string): Promise<boolean>;
};

export function openEntries(keyring: Engine, options: EntryOptions): Entries {
  const { name, dir, platform, random, there } = options;
  const account = (key: string) => accountOf(key, platform);
  const path = (key: string) => join(dir, sealedFile(key));
  const binding = (key: string) => ({ service: SERVICE, account: key });

  async function look(key: string, saving = false): Promise<string | undefined> {
    const entry = await keyring.call('get', account(key), { saving });
    return typeof entry === 'string' ? entry : undefined;
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
    check(value) {
      const size = Buffer.byteLength(value);
      if (size > VALUE_LIMIT) throw tooLarge(name, size);
    },
    async set(key, value) {
      if (!fitsInline(value)) return saveSealed(key, Buffer.from(value));
      await keyring.call('set', account(key), { value, saving: true });
      await removeFile(path(key), platform);
    },
    async delete(key) {
      // The entry goes first: without its key the file is nothing.
      const gone = (await keyring.call('delete', account(key), { saving: true })) === true;
      await removeFile(path(key), platform);
      return gone;
    },
  };
}

function corrupt(path: string): StoreError {
  return new StoreError('corrupt', `${path} is damaged, or its key in the keyring is another's`, {
    hint: `drop it and sign in again: ${typed('rm', path)}`,
  });
}
