// The store that works everywhere: one sealed file for each entry, in ~/.mcp_cli/tokens.
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { checkDirectory, makeDirectory, quote } from './directory.ts';
import {
  type FileDeps,
  listFiles,
  readPrivate,
  removeFile,
  replaceFile,
  SIZE_LIMIT,
  sweep,
} from './files.ts';
import { createLock } from './lock.ts';
import { entryFile, entryStem } from './names.ts';
import { createKeys, type Sources } from './password.ts';
import { openRegistry } from './registry.ts';
import { KDF, open, parseHeader, seal } from './seal.ts';
import type { SecretStore } from './store.ts';
import { createVouch, SERVICE } from './vouch.ts';

export type EncryptedOptions = Sources & FileDeps & { home: string };

/** Bytes that a value may have, with room for the header and the padding. */
const VALUE_LIMIT = SIZE_LIMIT - 1024;

/**
 * Opens the encrypted-file store under `home`; asks for nothing and creates nothing yet. Besides SecretStore's errors:
 * StoreError `unsafe_directory`, `unsafe_file`, `no_password`, `bad_key`, `key_file`, `too_large`, `io`.
 */
export async function openEncryptedStore(options: EncryptedOptions): Promise<SecretStore> {
  const { home, platform } = options;
  const root = join(home, '.mcp_cli');
  const dir = join(root, 'tokens');
  const keys = createKeys(options);
  const registry = openRegistry(root, createLock({ ...options, dir }), options);
  const vouch = createVouch(dir, entries, keys, options);
  const where = (key: string) => join(dir, entryFile(key));
  let swept = false;

  const exists = async () => (await checkDirectory(root, platform)) && (await checkDirectory(dir, platform));
  await exists();

  /** The directory says what there is; the registry only what a shortened name stands for. */
  async function entries(): Promise<Map<string, string>> {
    const stems = (await listFiles(dir)).map(entryStem).filter((stem) => stem !== undefined);
    const known = await registry.read();
    const names = new Map([...known.keys()].map((key) => [entryFile(key), key]));
    return new Map(stems.sort().map((stem) => [names.get(`${stem}.enc`) ?? stem, join(dir, `${stem}.enc`)]));
  }

  async function get(key: string): Promise<string | undefined> {
    const path = where(key);
    const file = (await exists()) ? await readPrivate(path, platform) : undefined;
    if (!file) return undefined;
    const header = parseHeader(file);
    if (!header || header.kdf === KDF.keyring) throw corrupt(path);
    const secret = await keys.secret(vouch.isFresh);
    const master = await keys.master(secret, header);
    const plain = master && open(file, master, { service: SERVICE, account: key });
    if (plain) return plain.toString();
    if (await vouch.knows(secret, key)) throw corrupt(path);
    keys.forget();
    throw wrongPassword(dir);
  }

  async function set(key: string, value: string): Promise<void> {
    const bytes = Buffer.from(value);
    if (bytes.length > VALUE_LIMIT) {
      throw new StoreError('too_large', `a value of ${bytes.length} bytes is too large for the token store`);
    }
    await makeDirectory(root, platform);
    await makeDirectory(dir, platform);
    const secret = await keys.secret(vouch.isFresh);
    const derivation = await vouch.derivation(secret);
    const master = derivation && (await keys.master(secret, derivation));
    if (!master) {
      keys.forget();
      throw wrongPassword(dir);
    }
    // First: an entry must not be there without its name, while a name without its entry is nothing.
    await registry.note(key, { backend: 'encrypted', file: entryFile(key) });
    const binding = { service: SERVICE, account: key };
    await replaceFile(where(key), seal(bytes, master, derivation, binding, options.random), options);
    if (!swept) await sweep(dir, platform);
    swept = true;
  }

  return {
    name: 'encrypted',
    get,
    set,
    where,
    async delete(key) {
      if (!(await exists())) return false;
      const deleted = await removeFile(where(key), platform);
      await registry.forget(key);
      if (deleted && (await entries()).size === 0) await vouch.reset();
      return deleted;
    },
    async list() {
      return (await exists()) ? [...(await entries()).keys()].sort() : [];
    },
  };
}

function corrupt(path: string): StoreError {
  return new StoreError('corrupt', `${path} is damaged, or was not written by this program for this server`, {
    hint: `drop it and sign in again: rm ${quote(path)}`,
  });
}

function wrongPassword(dir: string): StoreError {
  return new StoreError('wrong_password', `the password does not open the token store ${dir}`, {
    hint: [
      'check MCP_CLI_ENCRYPTION_KEY (a password, or a key of `mcp-cli token keygen`) or tokenStorage.password',
      `or forget everything in it and start anew: cd ${quote(dir)} && rm -f .salt *.enc`,
    ].join('\n'),
  });
}
