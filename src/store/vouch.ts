// Is this the secret that the store was started with? Asked before every write: a typing error must not seal new files
// under a second password. `.check.enc` answers, an ordinary sealed file of the account "\0check"; where it is
// missing or damaged, any entry does.
import { join } from 'node:path';
import { createFile, type FileDeps, readPrivate, removeFile, replaceFile } from './files.ts';
import type { Keys, Secret } from './password.ts';
import { type Derivation, ITERATIONS, KDF, open, parseHeader, SALT_BYTES, seal } from './seal.ts';

/** The name that every store of ours is known by; bound into each file. */
export const SERVICE = 'mcp-cli-oauth';

const CHECK = '\0check';

export type Vouch = {
  /** How new files are to be derived; undefined if the secret is not this store's. Starts an empty store with it. */
  derivation(secret: Secret): Promise<Derivation | undefined>;
  /** Whether the check, or an entry other than `except`, opens with the secret. */
  knows(secret: Secret, except: string): Promise<boolean>;
  /** Nothing is sealed: the next secret is free to choose. */
  isFresh(): Promise<boolean>;
  /** With the last entry gone, its password goes too. */
  reset(): Promise<void>;
};

/** `entries`: the keys of the store and their files' paths. */
export function createVouch(
  dir: string,
  entries: () => Promise<Map<string, string>>,
  keys: Keys,
  deps: FileDeps,
): Vouch {
  const checkPath = join(dir, '.check.enc');
  const saltPath = join(dir, '.salt');

  const read = (path: string) => readPrivate(path, deps.platform);

  /** The derivation of a file, if the secret opens it. */
  async function derivationOf(
    path: string,
    account: string,
    secret: Secret,
  ): Promise<Derivation | undefined> {
    // A witness that cannot be read is no witness; whoever wants this very file gets the error.
    const file = await read(path).catch(() => undefined);
    const header = file && parseHeader(file);
    const master = header && (await keys.master(secret, header));
    return master && open(file, master, { service: SERVICE, account }) ? header : undefined;
  }

  async function witness(secret: Secret, except?: string): Promise<Derivation | undefined> {
    for (const [key, path] of await entries()) {
      const found = key === except ? undefined : await derivationOf(path, key, secret);
      if (found) return found;
    }
    return undefined;
  }

  /** What the Python tool left under the same names is not sealed by us and binds nobody. */
  async function isSealed(path: string): Promise<boolean> {
    const file = await read(path).catch(() => undefined);
    return file !== undefined && parseHeader(file) !== undefined;
  }

  async function isFresh(): Promise<boolean> {
    for (const path of (await entries()).values()) if (await isSealed(path)) return false;
    // `rm .salt *.enc` leaves .check.enc, which the shell's star does not match.
    return (await read(saltPath)) === undefined || !(await isSealed(checkPath));
  }

  /** 16 raw bytes; of many first runs at once, all get the same. */
  async function ensureSalt(): Promise<Buffer> {
    const salt = await read(saltPath);
    if (salt?.length === SALT_BYTES) return salt;
    const fresh = Buffer.from(deps.random(SALT_BYTES));
    if (salt) await replaceFile(saltPath, fresh, deps);
    else if (!(await createFile(saltPath, fresh, deps))) return (await read(saltPath)) ?? fresh;
    return fresh;
  }

  async function start(secret: Secret, salt: Buffer): Promise<Derivation | undefined> {
    const iterations = secret.kdf === KDF.password ? ITERATIONS : 0;
    const derivation: Derivation = { kdf: secret.kdf, salt, iterations };
    const master = await keys.master(secret, derivation);
    if (!master) return undefined;
    const binding = { service: SERVICE, account: CHECK };
    const check = seal(Buffer.from('mcp-cli'), master, derivation, binding, deps.random);
    if (await createFile(checkPath, check, deps)) return derivation;
    // Another process was first; its secret counts.
    return derivationOf(checkPath, CHECK, secret);
  }

  return {
    async derivation(secret) {
      const known = await derivationOf(checkPath, CHECK, secret);
      if (known) return known;
      const proof = await witness(secret);
      if (!proof && !(await isFresh())) return undefined;
      await removeFile(checkPath, deps.platform);
      return start(secret, proof?.salt ?? (await ensureSalt()));
    },
    async knows(secret, except) {
      return (
        ((await derivationOf(checkPath, CHECK, secret)) ?? (await witness(secret, except))) !== undefined
      );
    },
    isFresh,
    async reset() {
      await removeFile(checkPath, deps.platform);
      await removeFile(saltPath, deps.platform);
    },
  };
}
