// One machine at a time renews a sign-in: a lease written into the entry itself by compare-and-set. Its holder shows
// signs of life; who watches it judges by a clock of its own, because machines do not agree on the time.
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, StoreError } from '../../errors.ts';
import type { Held, Slot } from './slot.ts';

/** Milliseconds. A lease whose holder has not moved for so long is nobody's. */
const LIFE = 8_000;
const BEAT = 2_000;
const POLL = 400;

export type LeaseOptions = { wait: number; signal: AbortSignal; onWait?: () => void };

type Taken = { held: Held | undefined; recovered: boolean };

/**
 * The lease, once nobody else has it; none where there is no entry to be kept from others. `recovered` says that it was
 * taken from a holder that died.
 * @throws StoreError `lock_timeout`, CancelledError
 */
export async function takeLease(
  slot: Slot,
  by: string,
  { wait, signal: given, onWait }: LeaseOptions,
): Promise<Taken> {
  // A signal of its own: many waits on one signal would set off Node's warning about too many listeners.
  const signal = AbortSignal.any([given]);
  const deadline = performance.now() + wait;
  let watched = '';
  let since = 0;
  let waited = false;
  for (;;) {
    if (signal.aborted) throw new CancelledError();
    const { value, lease, version } = await slot.look();
    if (value === undefined) return { held: undefined, recovered: false };
    const now = performance.now();
    const sign = `${lease?.by} ${lease?.beat} ${version}`;
    if (sign !== watched) [watched, since] = [sign, now];
    const dead = lease !== undefined && now - since >= LIFE;
    if (lease === undefined || dead) {
      const own = { by, beat: 0 };
      const taken = await slot.put(value, own, version);
      if (taken !== undefined)
        return { held: { lease: own, version: taken, value, lost: false }, recovered: dead };
    } else {
      if (!waited) onWait?.();
      waited = true;
    }
    if (now >= deadline) throw timedOut();
    await delay(POLL * (0.5 + Math.random()), undefined, { signal }).catch(() => {
      throw new CancelledError();
    });
  }
}

/** Keeps the lease alive until what is returned is called, which gives it back. `turn` keeps it out of a save's way. */
export function keepLease(
  slot: Slot,
  held: Held,
  turn: <T>(work: () => Promise<T>) => Promise<T>,
): () => Promise<void> {
  const beat = setInterval(() => {
    void turn(async () => {
      if (held.lost) return;
      const lease = { ...held.lease, beat: held.lease.beat + 1 };
      const version = await slot.put(held.value, lease, held.version);
      if (version === undefined) held.lost = true;
      else Object.assign(held, { lease, version });
    }).catch(() => undefined);
  }, BEAT).unref();
  return async () => {
    clearInterval(beat);
    // What was saved stands; a lease that cannot be given back ends by itself.
    await turn(async () => {
      if (!held.lost) await slot.put(held.value, undefined, held.version);
    }).catch(() => undefined);
  };
}

function timedOut(): StoreError {
  return new StoreError('lock_timeout', 'another machine is renewing this sign-in and does not finish', {
    hint: 'try again in a moment',
  });
}
