/**
 * Runs `work` while this process alone holds the lock `name` on this machine.
 * `onWait` is called once if another process holds it. Rejects with StoreError `lock_timeout` after `wait`
 * milliseconds, and with CancelledError when `signal` aborts the wait. A holder that died is recognised by its owner
 * record (boot id, pid namespace, pid, start time) and replaced at once; `recovered` tells `work` so.
 */
export type WithLock = <T>(
  name: string,
  options: { wait: number; signal: AbortSignal; onWait?: () => void },
  work: (lock: { recovered: boolean }) => Promise<T>,
) => Promise<T>;
