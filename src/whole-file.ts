// A file is written whole or not at all: first beside its place, then into it in one step. A reader sees the old bytes
// or the new ones, also after a kill or a power cut.

import { link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type Manner = {
  /** Where it is written first: in the folder of the file. Nobody else may have that name, so having it can be a lock. */
  draft: string;
  platform: NodeJS.Platform;
  /** Permission bits; `usual`: what the umask leaves. For this user alone (0600) if not given. Nothing on Windows. */
  mode?: number | 'usual';
  /** Whose it is to be; ours if not given. Nothing on Windows. */
  owner?: { uid: number; gid: number };
  /** False: a power cut may take it. */
  durable?: boolean;
  /** Asked when all is written, right before it takes its place; false: it does not, and nothing has changed. */
  agreed?: () => Promise<boolean>;
};

/** A scanner or indexer on Windows holds files open for a moment. */
const BUSY = new Set(['EPERM', 'EBUSY', 'EACCES']);
/** exFAT and some network mounts know no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EXDEV', 'EMLINK']);

/** A hidden name beside `path`. `unique`: random bytes, so that nobody else has it. Pure. */
export function draftOf(path: string, unique: Uint8Array): string {
  const name = basename(path).replace(/^\./, '');
  return join(dirname(path), `.${name}.${Buffer.from(unique).toString('hex')}.tmp`);
}

/**
 * Replaces `path`, or makes it; a symbolic link is replaced itself. False if it was not agreed.
 * @throws what the system says; EEXIST: somebody has the name of the draft
 */
export async function replaceWhole(
  path: string,
  data: Uint8Array | string,
  manner: Manner,
): Promise<boolean> {
  return place(data, manner, async () => {
    await whileBusy(manner.platform, () => rename(manner.draft, path));
    return 'moved';
  });
}

/**
 * Makes `path`, complete from its first moment. False if something is there already, or it was not agreed: of many
 * callers one wins.
 * @throws what the system says; EEXIST: somebody has the name of the draft
 */
export async function createWhole(path: string, data: Uint8Array | string, manner: Manner): Promise<boolean> {
  return place(data, manner, async () => {
    try {
      await link(manner.draft, path).catch(async (error: unknown) => {
        if (!NO_LINKS.has(codeOf(error))) throw error;
        await write(path, data, manner);
      });
      return 'copied';
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return 'taken';
      throw error;
    }
  });
}

/** Does again what Windows refuses for a moment. */
export async function whileBusy(platform: NodeJS.Platform, act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (platform !== 'win32' || attempt === 10 || !BUSY.has(codeOf(error))) throw error;
      await delay(attempt * 10);
    }
  }
}

type Placed = 'moved' | 'copied' | 'taken';

async function place(
  data: Uint8Array | string,
  manner: Manner,
  put: () => Promise<Placed>,
): Promise<boolean> {
  const { draft, platform, agreed, durable = true } = manner;
  await write(draft, data, manner);
  let placed: Placed | undefined;
  try {
    if (agreed && !(await agreed())) return false;
    placed = await put();
    if (placed === 'taken') return false;
    if (durable) await syncFolder(dirname(draft), platform);
    return true;
  } finally {
    // Once it was moved, its name may be somebody else's already.
    if (placed !== 'moved') await whileBusy(platform, () => unlink(draft)).catch(() => {});
  }
}

async function write(path: string, data: Uint8Array | string, manner: Manner): Promise<void> {
  const { platform, mode, owner, durable = true } = manner;
  const file = await open(path, 'wx', mode === 'usual' ? 0o666 : 0o600);
  try {
    await file.writeFile(data);
    if (platform !== 'win32') {
      const made = owner && (await file.stat());
      if (owner && (made?.uid !== owner.uid || made.gid !== owner.gid))
        await file.chown(owner.uid, owner.gid);
      if (typeof mode === 'number') await file.chmod(mode);
    }
    if (durable) await file.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** The new name itself survives a power cut only once the folder is on the disk. Windows cannot do it. */
async function syncFolder(path: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') return;
  // Some network mounts refuse, and a folder need not be ours to read; the file has its place all the same.
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync().catch(() => {});
  } finally {
    await folder?.close();
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
