// Whoever can write a directory can swap the files in it: our own must be ours alone.
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import self from 'node:process';
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { codeOf, translate } from './failure.ts';

/**
 * Makes `path` (its parent must exist) a directory that only this user can enter, mode 0700, whatever the umask.
 * Throws StoreError `unsafe_directory` if it is a link, belongs to somebody else or could be written by others.
 */
export async function makeDirectory(path: string, platform: NodeJS.Platform): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await chmod(path, 0o700);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw translate(error, 'create', path);
  }
  await checkDirectory(path, platform);
}

/** False if there is nothing at `path`; otherwise judges it like `makeDirectory`, and shuts out readers. */
export async function checkDirectory(path: string, platform: NodeJS.Platform): Promise<boolean> {
  let found: Stats;
  try {
    found = await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw translate(error, 'read', path);
  }
  const close = typed('chmod', '700', path);
  const anew = `replace it by a directory of your own: ${typed('rm', path)} && ${typed('mkdir', path)} && ${close}`;
  if (found.isSymbolicLink()) throw unsafe(path, 'is a symbolic link', anew);
  if (!found.isDirectory()) throw unsafe(path, 'is not a directory', anew);
  // Windows profiles are private by inherited ACL; mode bits say nothing there.
  if (platform === 'win32') return true;
  if (found.uid !== self.geteuid?.()) {
    throw unsafe(path, 'belongs to another user', `chown -R "$(id -un)" ${typed(path)} && ${close}`);
  }
  if ((found.mode & 0o022) !== 0) {
    throw unsafe(path, 'can be written by other users', `look at what is in it, then: ${close}`);
  }
  if ((found.mode & 0o777) !== 0o700) {
    await chmod(path, 0o700).catch((error: unknown) => {
      throw translate(error, 'protect', path);
    });
  }
  return true;
}

function unsafe(path: string, why: string, hint: string): StoreError {
  return new StoreError('unsafe_directory', `${path} ${why}`, { hint });
}
