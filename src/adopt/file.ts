// Files that belong to other programs of the same person. Read with the care that ours get, but never mended: their mode
// is their owner's affair.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import self from 'node:process';
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { replaceWhole } from '../whole-file.ts';

export type FileDeps = { random(bytes: number): Uint8Array; platform: NodeJS.Platform };

export type Foreign = {
  bytes: Buffer;
  mode: number;
  /** Milliseconds since the epoch. */
  savedAt: number;
};

/** Bytes. Such a file holds some dozens of sign-ins. */
const SIZE_LIMIT = 4 * 1024 * 1024;

/**
 * A regular file of this user's, at most 4 MB, that nobody else can write; undefined if there is none.
 * @throws StoreError `unsafe_file`, `foreign_file` (too big), `io`
 */
export async function readForeign(path: string, platform: NodeJS.Platform): Promise<Foreign | undefined> {
  let file: FileHandle | undefined;
  try {
    // Windows has no O_NOFOLLOW.
    if (platform === 'win32' && (await lstat(path)).isSymbolicLink()) throw linked(path);
    // O_NONBLOCK: opening a FIFO would wait for a writer for ever.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) throw unsafe(path, 'is not a regular file', 'name the file itself with --path');
    if (platform !== 'win32' && found.uid !== self.geteuid?.())
      throw unsafe(path, 'belongs to another user', 'import it as that user');
    // Whoever can write it could have us sign in as somebody else.
    if (platform !== 'win32' && (found.mode & 0o022) !== 0)
      throw unsafe(
        path,
        'can be written by other users',
        `look at what is in it, then: ${typed('chmod', '600', path)}`,
      );
    if (found.size > SIZE_LIMIT) throw unusable(path, 'is bigger than any file of sign-ins');
    return { bytes: await file.readFile(), mode: found.mode & 0o777, savedAt: found.mtimeMs };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK') throw linked(path);
    throw failed(error, 'read', path);
  } finally {
    await file?.close();
  }
}

/** Replaces the file in one step, with its mode, if it still holds `before`; else false. */
export async function replaceForeign(
  path: string,
  before: Foreign,
  text: string,
  { random, platform }: FileDeps,
): Promise<boolean> {
  const prefix = `.${basename(path)}.mcp-cli-`;
  await sweep(dirname(path), prefix);
  const draft = join(dirname(path), `${prefix}${Buffer.from(random(8)).toString('hex')}.tmp`);
  const unchanged = async () => (await readForeign(path, platform))?.bytes.equals(before.bytes) ?? false;
  return replaceWhole(path, text, { draft, platform, mode: before.mode, agreed: unchanged }).catch(
    (error) => {
      throw failed(error, 'write', path);
    },
  );
}

/** Whether the file still has this fingerprint. */
export async function isUnchanged(path: string, print: string, platform: NodeJS.Platform): Promise<boolean> {
  const now = await readForeign(path, platform);
  return now !== undefined && printOf(now.bytes) === print;
}

/** Deletes the file if it still has this fingerprint. */
export async function removeForeign(
  path: string,
  print: string,
  platform: NodeJS.Platform,
): Promise<boolean> {
  if (!(await isUnchanged(path, print, platform))) return false;
  try {
    await unlink(path);
    return true;
  } catch (error) {
    throw failed(error, 'delete', path);
  }
}

/** Names in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw failed(error, 'list', folder);
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

export function printOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function unusable(path: string, why: string): StoreError {
  return new StoreError('foreign_file', `${path} ${why}`, {
    hint: 'nothing of it was used; sign in anew with: mcp-cli auth login',
  });
}

/** What a killed import left: it holds what the file holds. */
async function sweep(folder: string, prefix: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (name.startsWith(prefix) && name.endsWith('.tmp'))
      await unlink(join(folder, name)).catch(() => undefined);
}

function linked(path: string): StoreError {
  return unsafe(path, 'is a symbolic link', 'name the file that it leads to with --path');
}

function unsafe(path: string, why: string, hint: string): StoreError {
  return new StoreError('unsafe_file', `${path} ${why}`, { hint });
}

function failed(error: unknown, verb: string, path: string): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError('io', `could not ${verb} ${path} (${codeOf(error) ?? 'unknown error'})`, {
    hint: 'check who owns it, its mode, and the disk',
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
