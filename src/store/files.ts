// The only place that touches files under ~/.mcp_cli. Nothing is read through a link, nothing is half written.
// Ages are judged by the machine's clock and not by an injected one: a file's mtime is on that clock.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import self from 'node:process';
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { createWhole, draftOf, replaceWhole, whileBusy } from '../whole-file.ts';
import { codeOf, translate } from './failure.ts';

/** What writing needs from outside: names for temporary files, and which rules hold. */
export type FileDeps = { random(bytes: number): Uint8Array; platform: NodeJS.Platform };

/** Bytes. Far over any token, far under what would hurt to read. */
export const SIZE_LIMIT = 4 * 1024 * 1024;

const HOUR = 3_600_000;

/**
 * The bytes of a regular file of ours, at most 4 MB; undefined if there is none. A mode that lets others read is
 * tightened to 0600. Throws StoreError `unsafe_file` (a link, no regular file, another owner), `corrupt` (too big), `io`.
 */
export async function readPrivate(path: string, platform: NodeJS.Platform): Promise<Buffer | undefined> {
  let file: FileHandle | undefined;
  try {
    // Windows has no O_NOFOLLOW.
    if (platform === 'win32' && (await lstat(path)).isSymbolicLink())
      throw unsafe(path, 'is a symbolic link');
    // O_NONBLOCK: opening a FIFO would wait for a writer for ever.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) throw unsafe(path, 'is not a regular file');
    if (found.size > SIZE_LIMIT) throw oversized(path);
    if (platform !== 'win32') {
      if (found.uid !== self.geteuid?.()) throw unsafe(path, 'belongs to another user');
      if ((found.mode & 0o077) !== 0) await file.chmod(0o600);
    }
    return await file.readFile();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK') throw unsafe(path, 'is a symbolic link');
    throw translate(error, 'read', path);
  } finally {
    await file?.close();
  }
}

/** Replaces `path` in one step: a reader, also after a crash, sees the old bytes or the new ones. Mode 0600. */
export async function replaceFile(
  path: string,
  data: Uint8Array | string,
  { random, platform }: FileDeps,
  durable = true,
): Promise<void> {
  await replaceWhole(path, data, { draft: draftOf(path, random(8)), platform, durable }).catch((error) => {
    throw translate(error, 'write', path);
  });
}

/** Creates `path`, complete from its first moment; false if something is there already. One of many callers wins. */
export async function createFile(
  path: string,
  data: Uint8Array | string,
  { random, platform }: FileDeps,
  durable = true,
): Promise<boolean> {
  return createWhole(path, data, { draft: draftOf(path, random(8)), platform, durable }).catch((error) => {
    throw translate(error, 'write', path);
  });
}

/** False if there was nothing. */
export async function removeFile(path: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    await whileBusy(platform, () => unlink(path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw translate(error, 'delete', path);
  }
}

/** Names of the regular files in a directory; none if there is no directory. */
export async function listFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw translate(error, 'list', directory);
  }
}

/** Milliseconds since `path` was written or touched; undefined if it is gone. */
export async function ageOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && Date.now() - found.mtimeMs;
}

/** Makes `path` as young as if it had just been written. A file that is gone stays gone. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

/** Removes temporary files that a killed process left behind: those that are older than any write can last. */
export async function sweep(directory: string, platform: NodeJS.Platform): Promise<void> {
  for (const name of await listFiles(directory)) {
    if (!name.startsWith('.') || !name.endsWith('.tmp')) continue;
    const path = join(directory, name);
    if (((await ageOf(path)) ?? 0) > HOUR) await removeFile(path, platform);
  }
}

function unsafe(path: string, why: string): StoreError {
  return new StoreError('unsafe_file', `${path} ${why}`, {
    hint: `if you do not know it, remove it: ${typed('rm', path)}`,
  });
}

function oversized(path: string): StoreError {
  return new StoreError('corrupt', `${path} is bigger than anything kept there`, {
    hint: `remove it: ${typed('rm', path)}`,
  });
}
