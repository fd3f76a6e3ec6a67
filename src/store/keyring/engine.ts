// keytar, in a process of its own: a keyring that waits for a person can hang it beyond cancelling, and then not even
// process.exit would come through; and it can crash. The helper is killed at a time limit, and ends with its parent.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import self from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../deps.ts';
import { CancelledError } from '../../errors.ts';
import { SERVICE } from '../vouch.ts';
import { childEnvironment } from './environment.ts';
import { crashed, faultError, timedOut } from './failure.ts';
import type { Answer, KeyringName, Request, Verb } from './protocol.ts';

export type EngineOptions = {
  name: KeyringName;
  env: Env;
  platform: NodeJS.Platform;
  /** Somebody sits at the terminal and may be asked for the keyring's password at the screen. */
  attended: boolean;
  notify(text: string, level: 'detail' | 'info' | 'warning'): void;
  /** Aborts reads at once; a write has five seconds. */
  signal: AbortSignal;
  /** Another helper than the one with keytar. */
  program?: string;
};

export type Engine = {
  /** Throws StoreError `unavailable`, `locked`, `denied`, `timed_out`, `crashed`; CancelledError. */
  call(verb: Verb, account: string, more?: CallOptions): Promise<string | boolean | null>;
  /** Lets the helper go. A later call starts another. */
  end(): void;
};

/** `saving`: part of a write, which a Ctrl-C lets finish. */
type CallOptions = { value?: string; saving?: boolean };
type Helper = ChildProcessByStdio<Writable, Readable, null>;
type Pending = { saving: boolean; settle(outcome: Answer | Error): void };

/** From the source tree too: the helper is run by Node, which has to have it built. */
const PROGRAM = fileURLToPath(new URL('../../../dist/store/keyring/child.js', import.meta.url));

/** Milliseconds. Without a person an error must be there within five seconds, the start of the program included. */
const LIMIT = { attended: 60_000, unattended: 4_000, cancelled: 5_000, patience: 1_500, idle: 20_000 };

/** Starts the helper at once, so that it is ready when it is asked. */
export function startEngine(options: EngineOptions): Engine {
  const { name, attended, notify, signal } = options;
  const pending = new Map<number, Pending>();
  let helper: Helper | undefined;
  /** Once it hung or crashed it would again: each call says so at once. */
  let dead: Error | undefined;
  let told = false;
  let last = 0;
  let idle: NodeJS.Timeout | undefined;

  function kill(reason: Error): void {
    dead ??= reason;
    helper?.kill('SIGKILL');
    helper = undefined;
    for (const { settle } of [...pending.values()]) settle(reason);
  }

  function end(): void {
    clearTimeout(idle);
    helper?.stdin.end();
    helper = undefined;
  }

  function start(): Helper {
    const started = spawnHelper(options);
    started.once('error', (error) =>
      kill(crashed(name, (error as NodeJS.ErrnoException).code ?? 'no start')),
    );
    started.once('exit', (code, by) => {
      if (started === helper) kill(crashed(name, by ?? `exit ${code}`));
    });
    createInterface({ input: started.stdout }).on('line', (line) => {
      const answer = parseAnswer(line);
      if (answer) pending.get(answer.id)?.settle(answer);
    });
    return started;
  }

  /** A process with nothing to do shall not keep this one alive; one that is asked shall. */
  function hold(on: boolean): void {
    for (const part of [helper, helper?.stdin as Socket, helper?.stdout as Socket] as (
      | { ref(): unknown; unref(): unknown }
      | undefined
    )[])
      if (on) part?.ref();
      else part?.unref();
    clearTimeout(idle);
    if (!on) idle = setTimeout(end, LIMIT.idle).unref();
  }

  function call(verb: Verb, account: string, { value, saving = false }: CallOptions = {}) {
    if (dead) return Promise.reject(dead);
    if (signal.aborted && !saving) return Promise.reject(new CancelledError());
    helper ??= start();
    hold(true);
    const id = ++last;
    return new Promise<Answer>((resolve, reject) => {
      const limit = signal.aborted ? LIMIT.cancelled : attended ? LIMIT.attended : LIMIT.unattended;
      const timers = [setTimeout(() => kill(timedOut(name, limit / 1000, attended)), limit)];
      if (attended) timers.push(setTimeout(wait, LIMIT.patience));
      const cancel = () => {
        if (!saving) settle(new CancelledError());
        else timers.push(setTimeout(() => kill(new CancelledError()), LIMIT.cancelled));
      };
      const settle = (outcome: Answer | Error) => {
        pending.delete(id);
        for (const timer of timers) clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        if (pending.size === 0) hold(false);
        if (outcome instanceof CancelledError && pending.size === 0) helper?.kill('SIGKILL');
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      signal.addEventListener('abort', cancel, { once: true });
      pending.set(id, { saving, settle });
      const request: Request = { id, verb, service: SERVICE, account, ...(value !== undefined && { value }) };
      helper?.stdin.write(`${JSON.stringify(request)}\n`);
    }).then((answer) => {
      if ('fault' in answer) throw faultError(name, answer.fault, answer.detail);
      return answer.value;
    });
  }

  function wait(): void {
    if (!told) notify('waiting for the keyring to be unlocked (Ctrl-C to cancel)', 'info');
    told = true;
  }

  helper = start();
  hold(false);
  return { call, end };
}

function spawnHelper({ env, platform, program = PROGRAM }: EngineOptions): Helper {
  const child = spawn(self.execPath, [program], {
    // GLib's warnings are nobody's business; its folder is there, which the current one may not be.
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: dirname(program),
    env: childEnvironment(env, platform, self.getuid?.()),
    windowsHide: true,
  });
  // A helper that is gone is told by its exit.
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8');
  return child;
}

/** A line that is none of ours was printed by a library. */
function parseAnswer(line: string): Answer | undefined {
  try {
    const answer = JSON.parse(line) as Answer;
    return typeof answer?.id === 'number' ? answer : undefined;
  } catch {
    return undefined;
  }
}
