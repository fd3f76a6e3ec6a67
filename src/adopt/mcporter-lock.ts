// mcporter's own lock: a file beside the one it guards, which only its maker removes, with a process id in its first
// line. Taken while an entry is removed, so that neither writes over the other.
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import self from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, StoreError } from '../errors.ts';
import { typed } from '../typed.ts';

const WAIT = 10_000;
const POLL = 50;

/** @throws StoreError `lock_timeout`, CancelledError */
export async function whileLocked<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const deadline = performance.now() + WAIT;
  while (!(await take(lock))) {
    if (await isDead(lock)) await breakLock(lock);
    else if (performance.now() >= deadline) throw held(lock);
    await delay(POLL, undefined, { signal }).catch(() => {
      throw new CancelledError();
    });
  }
  try {
    return await work();
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600);
    try {
      await file.writeFile(`${self.pid}\n${new Date().toISOString()}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // No folder: then there is no file to guard either.
    if (code === 'ENOENT') return true;
    throw new StoreError('io', `could not write ${lock} (${code ?? 'unknown error'})`, {
      hint: 'check who owns the folder, its mode, and the disk',
      cause: error,
    });
  }
}

/** As mcporter does it: two that find the same dead owner must not remove each other's new lock. */
async function breakLock(lock: string): Promise<void> {
  const breaker = `${lock}.break`;
  if (!(await take(breaker))) {
    if (await isDead(breaker)) await unlink(breaker).catch(() => undefined);
    return;
  }
  try {
    if (await isDead(lock)) await unlink(lock);
  } catch {
    // Somebody else has removed it.
  } finally {
    await unlink(breaker).catch(() => undefined);
  }
}

async function isDead(lock: string): Promise<boolean> {
  const pid = Number.parseInt(await beginning(lock), 10);
  if (!(pid > 0)) return false;
  try {
    self.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Nothing of a link, a pipe or a device: reading one could take for ever, and no lock is one. */
async function beginning(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if (!(await file.stat()).isFile()) return '';
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file?.close();
  }
}

function held(lock: string): StoreError {
  return new StoreError('lock_timeout', `mcporter holds its lock ${lock}`, {
    hint: `wait for mcporter to end; if none is running: ${typed('rm', lock)}`,
  });
}
