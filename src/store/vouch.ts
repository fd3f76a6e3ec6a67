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

/** What there is to judge by. */
export type Ground = FileDeps & {
  /** ~/.mcp_cli/tokens, which must exist before anything is written. */
  dir: string;
  /** The keys of the store's entries and their files' paths. */
  entries(): Promise<Map<string, string>>;
  keys: Keys;
};

const checkPath = (ground: Ground) => join(ground.dir, '.check.enc');
const saltPath = (ground: Ground) => join(ground.dir, '.salt');

/** How new files are to be derived; undefined if the secret is not this store's. Starts an empty store with it. */
export async function derivationFor(ground: Ground, secret: Secret): Promise<Derivation | undefined> {
  const known = await opened(ground, checkPath(ground), CHECK, secret);
  if (known) return known;
  const proof = await witness(ground, secret);
  // Another process may have begun the store since the first look.
  if (!proof && !(await isFresh(ground))) return opened(ground, checkPath(ground), CHECK, secret);
  await removeFile(checkPath(ground), ground.platform);
  return start(ground, secret, proof?.salt ?? (await ensureSalt(ground)));
}

/** Whether the check, or an entry other than `except`, opens with the secret. */
export async function isKnown(ground: Ground, secret: Secret, except?: string): Promise<boolean> {
  const known = await opened(ground, checkPath(ground), CHECK, secret);
  return (known ?? (await witness(ground, secret, except))) !== undefined;
}

/** Nothing is sealed: the next secret is free to choose. */
export async function isFresh(ground: Ground): Promise<boolean> {
  for (const path of (await ground.entries()).values()) if (await isSealed(ground, path)) return false;
  // `rm .salt *.enc` leaves .check.enc, which the shell's star does not match.
  const salt = await readPrivate(saltPath(ground), ground.platform);
  return salt === undefined || !(await isSealed(ground, checkPath(ground)));
}

/** For when the last entry is gone: its password goes too. */
export async function forgetSecret(ground: Ground): Promise<void> {
  await removeFile(checkPath(ground), ground.platform);
  await removeFile(saltPath(ground), ground.platform);
}

/** The derivation of a file, if the secret opens it. */
async function opened(
  ground: Ground,
  path: string,
  account: string,
  secret: Secret,
): Promise<Derivation | undefined> {
  // A witness that cannot be read is no witness; whoever wants this very file gets the error.
  const file = await readPrivate(path, ground.platform).catch(() => undefined);
  const header = file && parseHeader(file);
  const master = header && (await ground.keys.master(secret, header));
  return master && open(file, master, { service: SERVICE, account }) ? header : undefined;
}

async function witness(ground: Ground, secret: Secret, except?: string): Promise<Derivation | undefined> {
  for (const [key, path] of await ground.entries()) {
    const found = key === except ? undefined : await opened(ground, path, key, secret);
    if (found) return found;
  }
  return undefined;
}

/** What the Python tool left under the same names is not sealed by us and binds nobody. */
async function isSealed(ground: Ground, path: string): Promise<boolean> {
  const file = await readPrivate(path, ground.platform).catch(() => undefined);
  return file !== undefined && parseHeader(file) !== undefined;
}

/** 16 raw bytes; of many first runs at once, all get the same. */
async function ensureSalt(ground: Ground): Promise<Buffer> {
  const path = saltPath(ground);
  const salt = await readPrivate(path, ground.platform);
  if (salt?.length === SALT_BYTES) return salt;
  const fresh = Buffer.from(ground.random(SALT_BYTES));
  if (salt) await replaceFile(path, fresh, ground);
  else if (!(await createFile(path, fresh, ground)))
    return (await readPrivate(path, ground.platform)) ?? fresh;
  return fresh;
}

async function start(ground: Ground, secret: Secret, salt: Buffer): Promise<Derivation | undefined> {
  const iterations = secret.kdf === KDF.password ? ITERATIONS : 0;
  const derivation: Derivation = { kdf: secret.kdf, salt, iterations };
  const master = await ground.keys.master(secret, derivation);
  if (!master) return undefined;
  const binding = { service: SERVICE, account: CHECK };
  const check = seal(Buffer.from('mcp-cli'), master, derivation, binding, ground.random);
  if (await createFile(checkPath(ground), check, ground)) return derivation;
  // Another process was first; its secret counts.
  return opened(ground, checkPath(ground), CHECK, secret);
}
