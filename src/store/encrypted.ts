// The store that works everywhere: one sealed file for each entry, in ~/.mcp_cli/tokens.
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { checkDirectory, makeDirectory } from './directory.ts';
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
import { entryFile, entryStem, lostFile } from './names.ts';
import { createKeys, type Sources } from './password.ts';
import { openRegistry } from './registry.ts';
import { KDF, open, parseHeader, seal } from './seal.ts';
import type { SecretStore } from './store.ts';
import { derivationFor, forgetSecret, type Ground, isFresh, isKnown, SERVICE } from './vouch.ts';

export type EncryptedOptions = Sources & FileDeps & { home: string };

/** Bytes that a value may have, with room for the header and the padding. */
const VALUE_LIMIT = SIZE_LIMIT - 1024;

/**
 * Opens the encrypted-file store under `home`; asks for nothing and creates nothing yet. Besides SecretStore's errors:
 * StoreError `unsafe_directory`, `unsafe_file`, `no_password`, `bad_key`, `key_file`, `too_large`, `io`.
 */
export async function openEncryptedStore(options: EncryptedOptions): Promise<SecretStore> {
  const { random, platform } = options;
  const root = join(options.home, '.mcp_cli');
  const dir = join(root, 'tokens');
  const registry = openRegistry(root, createLock({ random, platform, dir }), options);
  const ground: Ground = {
    random,
    platform,
    dir,
    keys: createKeys(options),
    entries: async () => entriesIn(dir, [...(await registry.read()).keys()]),
  };
  const exists = async () => (await checkDirectory(root, platform)) && (await checkDirectory(dir, platform));
  await exists();
  let swept = false;

  return {
    name: 'encrypted',
    where: (key) => join(dir, entryFile(key)),
    async ready() {
      await makeDirectory(root, platform);
      await makeDirectory(dir, platform);
      const secret = await ground.keys.secret(() => isFresh(ground));
      if ((await isFresh(ground)) || (await isKnown(ground, secret))) return;
      ground.keys.forget();
      throw wrongPassword(ground.dir);
    },
    get: async (key) => ((await exists()) ? load(ground, key) : undefined),
    async set(key, value) {
      await makeDirectory(root, platform);
      await makeDirectory(dir, platform);
      const file = await sealed(ground, key, value);
      // First: an entry must not be there without its name, while a name without its entry is nothing.
      await registry.note(key, { backend: 'encrypted', file: entryFile(key) });
      await replaceFile(join(dir, entryFile(key)), file, ground);
      if (!swept) await sweep(dir, platform);
      swept = true;
    },
    async delete(key) {
      if (!(await exists())) return false;
      const lost = await lostPath(ground, key);
      const own = await removeFile(join(dir, entryFile(key)), platform);
      const deleted = own || (lost !== undefined && (await removeFile(lost, platform)));
      await registry.forget(key, 'encrypted');
      if (deleted && (await ground.entries()).size === 0) await forgetSecret(ground);
      return deleted;
    },
    list: async () => ((await exists()) ? [...(await ground.entries()).keys()].sort() : []),
  };
}

/**
 * Whether a file of ours holds `key`, or one of the Python tool that has its place, as far as a look at its first bytes
 * tells. Needs no password.
 */
export async function holdsEntry(home: string, key: string, platform: NodeJS.Platform): Promise<boolean> {
  const root = join(home, '.mcp_cli');
  const dir = join(root, 'tokens');
  if (!(await checkDirectory(root, platform)) || !(await checkDirectory(dir, platform))) return false;
  const lost = lostFile(key);
  const file =
    (await readPrivate(join(dir, entryFile(key)), platform)) ??
    (lost === undefined ? undefined : await readPrivate(join(dir, lost), platform)) ??
    Buffer.alloc(0);
  const header = parseHeader(file);
  return header === undefined ? isFernet(file) : header.kdf !== KDF.keyring;
}

/** Paths by key. The directory says what there is; the registry's `keys` only what a shortened name stands for. */
async function entriesIn(dir: string, keys: string[]): Promise<Map<string, string>> {
  const names = new Map(keys.map((key) => [entryFile(key), key]));
  const stems = (await listFiles(dir)).map(entryStem).filter((stem) => stem !== undefined);
  return new Map(stems.map((stem) => [names.get(`${stem}.enc`) ?? stem, join(dir, `${stem}.enc`)]));
}

/** Where an entry without a name lies. What the index has a name for is found by that name alone. */
async function lostPath(ground: Ground, key: string): Promise<string | undefined> {
  return lostFile(key) === undefined ? undefined : (await ground.entries()).get(key);
}

async function load(ground: Ground, key: string): Promise<string | undefined> {
  let path = join(ground.dir, entryFile(key));
  let file = await readPrivate(path, ground.platform);
  const lost = file ? undefined : await lostPath(ground, key);
  if (lost !== undefined) {
    path = lost;
    file = await readPrivate(path, ground.platform);
  }
  if (!file) return undefined;
  if (isFernet(file)) throw foreignFile(key, path);
  const header = parseHeader(file);
  if (!header || header.kdf === KDF.keyring) throw corrupt(path);
  const secret = await ground.keys.secret(() => isFresh(ground));
  const master = await ground.keys.master(secret, header);
  const plain = master && open(file, master, { service: SERVICE, account: key });
  if (plain) return plain.toString();
  if (await isKnown(ground, secret, key)) throw corrupt(path);
  ground.keys.forget();
  throw wrongPassword(ground.dir);
}

async function sealed(ground: Ground, key: string, value: string): Promise<Buffer> {
  const bytes = Buffer.from(value);
  if (bytes.length > VALUE_LIMIT) {
    throw new StoreError('too_large', `a value of ${bytes.length} bytes is too large for the token store`, {
      hint: 'tell the operator of the authorization server: no token should be that long',
    });
  }
  const secret = await ground.keys.secret(() => isFresh(ground));
  const derivation = await derivationFor(ground, secret);
  const master = derivation && (await ground.keys.master(secret, derivation));
  if (!master) {
    ground.keys.forget();
    throw wrongPassword(ground.dir);
  }
  return seal(bytes, master, derivation, { service: SERVICE, account: key }, ground.random);
}

/** What every token of the Python mcp-cli begins with: its files have the names of ours. */
function isFernet(file: Buffer): boolean {
  return file.toString('latin1', 0, 5) === 'gAAAA';
}

function foreignFile(key: string, path: string): StoreError {
  return new StoreError('foreign_entry', `${path} was written by the Python mcp-cli`, {
    hint: 'take it over with: mcp-cli auth import --from python\nor forget it with: mcp-cli auth reset',
    server: key,
  });
}

function corrupt(path: string): StoreError {
  return new StoreError('corrupt', `${path} is damaged, or was not written by this program for this server`, {
    hint: `drop it and sign in again: ${typed('rm', path)}`,
  });
}

function wrongPassword(dir: string): StoreError {
  return new StoreError('wrong_password', `the password does not open the token store ${dir}`, {
    hint: [
      'check MCP_CLI_ENCRYPTION_KEY (a password, or a key of `mcp-cli token keygen`) or tokenStorage.password',
      'or forget everything in it, which needs no password, and start anew: mcp-cli auth reset',
      'and, if you stored tokens of your own: mcp-cli token clear',
    ].join('\n'),
  });
}
