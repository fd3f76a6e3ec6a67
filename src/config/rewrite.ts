// Replaces a configuration in one step. The new file is written beside the old one, under a name that only one of us can
// have: whoever has it compares, and nobody else of us writes between that and the renaming.

import { access, constants, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';
import { createWhole, replaceWhole } from '../whole-file.ts';
import { readSafely } from './file.ts';

/** Milliseconds. Writing takes a few; what is older was left by a process that was killed. */
const ABANDONED = 10_000;
const WAIT = 5_000;
const POLL = 20;

/**
 * Writes `after` if the file still holds `before`; undefined: if there is still no such file. Mode and owner stay; of a
 * symbolic link the target is replaced. Resolves to false, with nothing changed, if the file holds something else.
 * @throws ConfigError `unwritable`, and what `readSafely` throws
 */
export async function rewrite(
  file: string,
  before: string | undefined,
  after: string,
  platform: NodeJS.Platform,
): Promise<boolean> {
  const target = before === undefined ? file : await realpath(file).catch((error) => refuse(file, error));
  const old = before === undefined ? undefined : await writable(target, platform);
  if (old === undefined)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 }).catch((error) => refuse(target, error));
  const draft = join(dirname(target), `.${basename(target)}.mcp-cli.tmp`);
  const unchanged = async () => before === undefined || (await readSafely(target, platform)) === before;
  const manner = { draft, platform, agreed: unchanged };
  return whileOurs(draft, target, () =>
    old === undefined
      ? createWhole(target, after, manner)
      : replaceWhole(target, after, { ...manner, mode: old.mode & 0o7777, owner: old }),
  );
}

type Old = { mode: number; uid: number; gid: number };

async function writable(target: string, platform: NodeJS.Platform): Promise<Old> {
  const old = await stat(target).catch((error) => refuse(target, error));
  if (!old.isFile()) throw unwritable(target, 'it is not a regular file');
  await access(target, constants.W_OK).catch((error) => refuse(target, error));
  // Root may write anything; who took the bit away meant it all the same.
  if (platform !== 'win32' && (old.mode & 0o200) === 0) throw unwritable(target, 'it is read-only');
  return old;
}

/** Waits for the name of the draft, which only one of us can have. */
async function whileOurs(draft: string, target: string, write: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + WAIT;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return refuse(target, error);
    }
    const age = await stat(draft)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0);
    if (age > ABANDONED) await rm(draft, { force: true }).catch((error) => refuse(target, error));
    else if (performance.now() > deadline) throw unwritable(target, `somebody else is writing it (${draft})`);
    else await delay(POLL);
  }
}

function refuse(target: string, error: unknown): never {
  if (error instanceof ConfigError) throw error;
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  };
  throw unwritable(target, reasons[code ?? ''] ?? code ?? 'unknown reason', error);
}

function unwritable(target: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError('unwritable', `${target} cannot be changed: ${why}`, {
    hint: 'nothing was changed; check who may write the file and its folder, or name another with --config-file',
    cause,
  });
}
