// keytar, in a process of its own: a keyring that waits for a person can hang it beyond cancelling, and then not even
// process.exit would come through; and it can crash. The helper is killed at a time limit, and ends with its parent.
import { CancelledError } from '../../errors.ts';
import { SERVICE } from '../vouch.ts';
import { crashed, faultError, timedOut } from './failure.ts';
import { type Helper, type HelperOptions, spawnHelper } from './helper.ts';
import type { Answer, KeyringName, Request, Verb } from './protocol.ts';

export type EngineOptions = HelperOptions & {
  name: KeyringName;
  /** Somebody sits at the terminal, and may be asked for the keyring's password by its own window. */
  attended: boolean;
  notify(text: string, level: 'detail' | 'info' | 'warning'): void;
  /** Ends reads at once; a write has five seconds. */
  signal: AbortSignal;
};

export type Engine = {
  /** Throws StoreError `unavailable`, `locked`, `denied`, `timed_out`, `crashed`; CancelledError. */
  call(verb: Verb, account: string, more?: CallOptions): Promise<string | boolean | null>;
  /** Lets the helper go. A later call starts another. */
  end(): void;
};

/** `saving`: part of a write, which a Ctrl-C lets finish. */
type CallOptions = { value?: string; saving?: boolean };
type Pending = { resolve(answer: Answer): void; reject(error: Error): void };

/**
 * Milliseconds, from when the helper has started: a busy machine is no hanging keyring. Without a person the whole
 * command has told its error within five seconds.
 */
const LIMIT = { start: 15_000, attended: 60_000, unattended: 3_000, cancelled: 3_000 };
/** Milliseconds before a person is told what this waits for. */
const PATIENCE = 1_500;
/** Milliseconds before a helper that nobody asks anything is let go, with its 50 MB. */
const IDLE = 20_000;

/** Starts the helper at once, so that it is ready when it is asked. */
export function startEngine(options: EngineOptions): Engine {
  const { name, signal } = options;
  const pending = new Map<number, Pending>();
  const notice = once(() =>
    options.notify('waiting for the keyring to be unlocked (Ctrl-C to cancel)', 'info'),
  );
  const helper = keepHelper(() =>
    spawnHelper(options, {
      answer: (answer) => pending.get(answer.id)?.resolve(answer),
      gone: (how) => fail(crashed(name, how)),
    }),
  );
  /** Once it hung or crashed it would again: from then on every call fails so. */
  let dead: Error | undefined;
  let last = 0;

  function fail(reason: Error): void {
    dead ??= reason;
    helper.kill();
    for (const { reject } of pending.values()) reject(reason);
  }

  function cancel(id: number): void {
    pending.get(id)?.reject(new CancelledError());
    pending.delete(id);
    // What it hangs in cannot be called back, but a write of another caller's may be under way.
    if (pending.size === 0) helper.kill();
  }

  async function call(verb: Verb, account: string, { value, saving = false }: CallOptions = {}) {
    if (dead) throw dead;
    if (signal.aborted && !saving) throw new CancelledError();
    const { ready, send } = helper.wanted();
    const id = ++last;
    const request: Request = { id, verb, service: SERVICE, account, ...(value !== undefined && { value }) };
    const answered = new Promise<Answer>((resolve, reject) => pending.set(id, { resolve, reject }));
    const isOpen = () => pending.has(id);
    const unbound = bound(options, ready, { saving, isOpen, fail, cancel: () => cancel(id), notice });
    try {
      send(request);
      const answer = await answered;
      if ('fault' in answer) throw faultError(name, answer.fault, answer.detail);
      return answer.value;
    } finally {
      unbound();
      pending.delete(id);
      if (pending.size === 0) helper.rest();
    }
  }

  helper.wanted();
  helper.rest();
  return { call, end: helper.end };
}

/** A helper for as long as one is wanted: started for a call, let go when nobody has called for a while. */
function keepHelper(start: () => Helper) {
  let helper: Helper | undefined;
  let idle: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(idle);
    helper?.release();
    helper = undefined;
  }

  return {
    wanted(): Helper {
      clearTimeout(idle);
      helper ??= start();
      helper.hold(true);
      return helper;
    },
    rest(): void {
      helper?.hold(false);
      clearTimeout(idle);
      idle = setTimeout(end, IDLE).unref();
    },
    kill(): void {
      helper?.kill();
      helper = undefined;
    },
    end,
  };
}

type Bounded = {
  saving: boolean;
  /** Whether it still waits for its answer. */
  isOpen(): boolean;
  /** Ends this call and all others. */
  fail(reason: Error): void;
  cancel(): void;
  notice(): void;
};

/** Timers and the signal for one call; the result takes them away. */
function bound(options: EngineOptions, ready: Promise<void>, call: Bounded): () => void {
  const { name, signal } = options;
  const attended = options.attended && !signal.aborted;
  const timers: NodeJS.Timeout[] = [];
  const after = (wait: number, work: () => void) => {
    const timer = setTimeout(work, wait);
    timers.push(timer);
    return timer;
  };
  const within = (limit: number) => after(limit, () => call.fail(timedOut(name, limit / 1000, attended)));
  const starting = within(LIMIT.start);
  void ready.then(() => {
    clearTimeout(starting);
    if (!call.isOpen()) return;
    within(attended ? LIMIT.attended : LIMIT.unattended);
    if (attended) after(PATIENCE, call.notice);
  });
  const interrupted = () => {
    if (call.saving) after(LIMIT.cancelled, () => call.fail(new CancelledError()));
    else call.cancel();
  };
  signal.addEventListener('abort', interrupted, { once: true });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', interrupted);
  };
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
