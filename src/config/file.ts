// A configuration names programs to run and hosts to send secrets to: whoever can write it is us.

import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';
import { typed } from '../typed.ts';
import { MAX_BYTES } from './read.ts';

const OTHERS_WRITE = 0o022;
const WORLD_WRITES = 0o002;
const STICKY = 0o1000;

/**
 * Reads a configuration file that nobody else can have written. What is checked is what is read: one open file.
 * @param pipes whether it may be something else than a regular file, and be waited for
 * @param limit bytes
 * @param user whose files may be read besides root's; whoever runs this, if not given
 * @throws ConfigError `unsafe_file`, `unreadable`, `not_found`, `too_large`, `invalid_json` (not UTF-8)
 */
export async function readSafely(
  file: string,
  platform: NodeJS.Platform,
  user?: number,
  pipes = false,
  limit = MAX_BYTES,
): Promise<string> {
  // Opening a pipe waits for whoever writes it, which is nobody where a stranger has put one.
  const waiting = pipes ? 0 : (constants.O_NONBLOCK ?? 0);
  const handle = await open(file, constants.O_RDONLY | waiting).catch((error) => {
    throw unreadable(file, error);
  });
  try {
    const { mode, uid, isRegular } = await describe(file, handle);
    if (!isRegular && !pipes) {
      const hint = 'to read a pipe or a device all the same, name it with --config-file';
      throw new ConfigError('unreadable', `${file} is not a regular file`, { hint });
    }
    // Windows has no modes; a user's profile is the user's by its access list.
    if (platform !== 'win32') {
      refuseIfOthersWrite(file, mode, uid, user ?? (await currentUser()));
      if (isRegular) await refuseOpenFolder(file);
    }
    return decode(file, await capped(file, handle, limit));
  } finally {
    await handle.close();
  }
}

async function describe(file: string, handle: FileHandle) {
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    throw new ConfigError('unreadable', `${file} is a folder, not a configuration file`, {
      hint: `name the file in it: ${file}/server_config.json`,
    });
  }
  return { mode: stats.mode, uid: stats.uid, isRegular: stats.isFile() };
}

function refuseIfOthersWrite(file: string, mode: number, uid: number, owner: number | undefined): void {
  if (uid !== 0 && owner !== undefined && uid !== owner) {
    throw new ConfigError(
      'unsafe_file',
      `${file} belongs to another user (uid ${uid}), who could change it`,
      {
        hint: `copy it, or take it over: ${typed('sudo', 'chown', String(owner), file)}`,
      },
    );
  }
  if (mode & OTHERS_WRITE) {
    const said = `${file} can be changed by other users (mode ${(mode & 0o777).toString(8)})`;
    throw new ConfigError('unsafe_file', said, { hint: typed('chmod', 'go-w', file) });
  }
}

/** In a folder that all may write without the sticky bit, anybody can put another file in this one's place. */
async function refuseOpenFolder(file: string): Promise<void> {
  const folders = new Set([dirname(file), dirname(await realpath(file).catch(() => file))]);
  for (const folder of folders) {
    const { mode } = await stat(folder);
    if (mode & WORLD_WRITES && !(mode & STICKY)) {
      const said = `${file} lies in a folder that every user can write (${folder})`;
      throw new ConfigError('unsafe_file', said, { hint: typed('chmod', 'o-w', folder) });
    }
  }
}

/** The effective user id. A container's user may have no passwd entry: then Linux still knows who runs this. */
async function currentUser(): Promise<number | undefined> {
  try {
    return userInfo().uid;
  } catch {
    const self = await stat('/proc/self').catch(() => undefined);
    return self?.uid;
  }
}

async function capped(file: string, handle: FileHandle, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= limit) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024)).catch((error) => {
      throw unreadable(file, error);
    });
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  throw new ConfigError('too_large', `${file} is larger than ${limit / 1024 / 1024} MB`, {
    hint: 'is this the configuration file? It should be a few kilobytes of JSON',
  });
}

function decode(file: string, bytes: Buffer): string {
  try {
    // A mark at its start is part of what is written back.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError('invalid_json', `${file} is not UTF-8 text`, {
      hint: 'save it as UTF-8; PowerShell redirection writes UTF-16 unless told otherwise',
      cause,
    });
  }
}

function unreadable(file: string, cause: NodeJS.ErrnoException): ConfigError {
  if (cause.code === 'ENOENT')
    return new ConfigError('not_found', `${file} does not exist`, { hint: 'check the path', cause });
  const reason = cause.code === 'EACCES' ? 'you may not read it' : (cause.code ?? 'unknown reason');
  const hint = cause.code === 'EACCES' ? typed('chmod', 'u+r', file) : 'check the path';
  return new ConfigError('unreadable', `${file} cannot be read: ${reason}`, { hint, cause });
}
