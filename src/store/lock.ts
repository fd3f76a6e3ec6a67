// One holder per name on this machine, without flock (Node has none) and without a daemon. A lock is a file that
// names its owner and appears complete, by link(2). The dead are replaced, never waited for.
//
// Removing somebody else's lock is the dangerous step: two processes may both find the same dead owner. Whoever wants
// to remove the lock with nonce N first takes the lock file "<lock>.N.tmp", by the same rules. Only its holder may touch
// a lock of nonce N (its owner too, when it releases), so the lock that is replaced is the one that was judged.
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { makeDirectory } from './directory.ts';
import { ageOf, createFile, type FileDeps, readPrivate, removeFile, replaceFile, touch } from './files.ts';
import { fileStem } from './names.ts';
import { lifeOf, type Owner, ownOwner, parseOwner } from './owner.ts';
import { takeTurn } from './turn.ts';

/**
 * Runs `work` while this process alone holds the lock `name` on this machine.
 * `onWait` is called once if another process holds it. Rejects with StoreError `lock_timeout` after `wait`
 * milliseconds, and with CancelledError when `signal` aborts the wait. A holder that died is recognised by its owner
 * record (boot id, pid namespace, pid, start time) and replaced at once; `recovered` tells `work` so. `everywhere`: not
 * on this machine alone, where the store is shared by several (`SecretStore.lease`).
 */
export type WithLock = <T>(
  name: string,
  options: { wait: number; signal: AbortSignal; onWait?: () => void; everywhere?: boolean },
  work: (lock: { recovered: boolean }) => Promise<T>,
) => Promise<T>;

export type LockOptions = FileDeps & {
  /** Where the lock files live. It and its parent are made if missing, and judged: see directory.ts. */
  dir: string;
  /** Milliseconds between signs of life. */
  heartbeat?: number;
  /** Milliseconds without one after which an owner that cannot be looked up is dead. */
  staleAfter?: number;
};

/** Wait, milliseconds, between two looks at a lock that somebody holds; random, so that waiters do not march in step. */
const POLL = { min: 25, max: 100 };
/** A half-written owner record is complete long before this, milliseconds. */
const UNREADABLE_AFTER = 5_000;

/** Locks of one directory. Not reentrant: the same name inside `work` waits for itself. */
export function createLock(options: LockOptions): WithLock {
  const { dir, platform, heartbeat = 15_000 } = options;
  const turns = new Map<string, Promise<void>>();

  return async (name, { wait, signal: given, onWait }, work) => {
    if (given.aborted) throw new CancelledError();
    // A signal of its own: many waits on one signal would set off Node's warning about too many listeners.
    const signal = AbortSignal.any([given]);
    const path = join(dir, `.${fileStem(name)}.lock`);
    const deadline = performance.now() + wait;
    const timedOut = () => timeout(path);
    const endTurn = await takeTurn(turns, path, { deadline, signal, timedOut });
    try {
      await makeDirectory(dirname(dir), platform);
      await makeDirectory(dir, platform);
      const owner = await ownOwner(Buffer.from(options.random(8)).toString('hex'));
      let waited = false;
      let taken = await take(path, owner, options);
      while (!taken) {
        if (!waited) onWait?.();
        waited = true;
        if (performance.now() >= deadline) throw await timedOut();
        await delay(pause(options.random), undefined, { signal }).catch(() => {
          throw new CancelledError();
        });
        taken = await take(path, owner, options);
      }
      const beat = setInterval(() => void touch(path), heartbeat).unref();
      try {
        return await work({ recovered: taken === 'recovered' });
      } finally {
        clearInterval(beat);
        // What was done under the lock stands; a lock that cannot be removed dies with this process.
        await release(path, owner, options).catch(() => {});
      }
    } finally {
      endTurn();
    }
  };
}

/** False if somebody else has it, or is just changing it; `recovered` if its last holder died with it. */
type Taken = 'taken' | 'recovered' | false;

async function take(path: string, owner: Owner, options: LockOptions): Promise<Taken> {
  const text = await readPrivate(path, options.platform);
  if (text === undefined) {
    return (await createFile(path, JSON.stringify(owner), options, false)) ? 'taken' : false;
  }
  const holder = parseOwner(text.toString());
  if (!(await isDead(path, holder, options))) return false;

  const claim = claimOn(path, holder);
  if (!(await take(claim, owner, options))) return false;
  try {
    const now = await readPrivate(path, options.platform);
    if (now === undefined || !now.equals(text)) return false;
    await replaceFile(path, JSON.stringify(owner), options, false);
    return 'recovered';
  } finally {
    await removeFile(claim, options.platform);
  }
}

async function isDead(path: string, holder: Owner | undefined, options: LockOptions): Promise<boolean> {
  const life = holder && (await lifeOf(holder));
  if (life === 'alive') return false;
  if (life === 'dead') return true;
  const limit = holder ? (options.staleAfter ?? 60_000) : UNREADABLE_AFTER;
  return ((await ageOf(path)) ?? 0) > limit;
}

/** Removes the lock if it is still ours. Somebody who claims it took us for dead: then it is theirs to remove. */
async function release(path: string, owner: Owner, options: LockOptions): Promise<void> {
  const claim = claimOn(path, owner);
  if (!(await createFile(claim, JSON.stringify(owner), options, false))) return;
  try {
    const text = await readPrivate(path, options.platform);
    if (text && parseOwner(text.toString())?.nonce === owner.nonce) await removeFile(path, options.platform);
  } finally {
    await removeFile(claim, options.platform);
  }
}

function pause(random: LockOptions['random']): number {
  const [part = 0] = random(1);
  return POLL.min + ((POLL.max - POLL.min) * part) / 255;
}

/** Ends in .tmp, so that one left behind by a kill is swept like any temporary file. */
function claimOn(path: string, holder: Owner | undefined): string {
  return join(dirname(path), `${basename(path, '.tmp')}.${holder?.nonce ?? 'unreadable'}.tmp`);
}

async function timeout(path: string): Promise<StoreError> {
  return new StoreError('lock_timeout', `another mcp-cli holds the lock ${path}`, {
    hint: `wait for it to end; if none is running: ${typed('rm', path)}`,
  });
}
