// The helper process as its parent sees it.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import self from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../deps.ts';
import { root } from '../../place.ts';
import { childEnvironment } from './environment.ts';
import { type Answer, HELLO, lineOf, type Request } from './protocol.ts';

export type HelperOptions = {
  env: Env;
  platform: NodeJS.Platform;
  /** Another program than the one with keytar. */
  program?: string;
};

export type Helper = {
  /** Resolves once it has started; what it is asked before waits for that. */
  ready: Promise<void>;
  send(request: Request): void;
  /** A helper with nothing to do shall not keep this process alive; one that was asked shall. */
  hold(on: boolean): void;
  /** At once. Nothing is told of it afterwards. */
  kill(): void;
  /** Lets it end by itself. */
  release(): void;
};

/** From the source tree too: the helper is run by Node, which has to have it built. */
const PROGRAM = fileURLToPath(new URL('dist/store/keyring/child.js', root));

/** `gone` is told a signal's name, an exit code, or why it could not be started. */
export function spawnHelper(
  { env, platform, program = PROGRAM }: HelperOptions,
  told: { answer(answer: Answer): void; gone(how: string): void },
): Helper {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(self.execPath, [program], {
    // What GLib complains about is not for the person's screen.
    stdio: ['pipe', 'pipe', 'ignore'],
    // Is there, which the current folder may not be.
    cwd: dirname(program),
    env: childEnvironment(env, platform, self.getuid?.()),
    windowsHide: true,
    // A session of its own: Ctrl-C is for the parent, who decides what becomes of a save under way.
    detached: platform !== 'win32',
  });
  let over = false;
  let started = () => {};
  const ready = new Promise<void>((resolve) => {
    started = resolve;
  });
  const gone = (how: string) => {
    if (!over) told.gone(how);
    over = true;
  };
  child.once('error', (error: NodeJS.ErrnoException) => gone(error.code ?? error.name));
  // Not `exit`: an answer may still be in the pipe.
  child.once('close', (code, signal) => gone(signal ?? `exit ${code}`));
  // A helper that is gone is told by its end.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = parseAnswer(line);
    if (answer?.id === HELLO) started();
    else if (answer && !over) told.answer(answer);
  });

  return {
    ready,
    send: (request) => void child.stdin.write(lineOf(request)),
    hold(on) {
      for (const part of [child, child.stdin as Socket, child.stdout as Socket])
        if (on) part.ref();
        else part.unref();
    },
    kill() {
      over = true;
      child.kill('SIGKILL');
    },
    release() {
      over = true;
      child.stdin.end();
    },
  };
}

/** A line that is none of ours was printed by a library. */
function parseAnswer(line: string): Answer | undefined {
  try {
    const answer = JSON.parse(line) as Answer | null;
    return typeof answer?.id === 'number' ? answer : undefined;
  } catch {
    return undefined;
  }
}
