// Runs the built program as a real process: plainly, or at a pseudo-terminal. Needs `npm run build` first.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../src/deps.ts';
import { type CliResult, registerEnvironment } from './cli.ts';
import { newHome } from './home.ts';
import { collect } from './secrets.ts';

export type ProcessOptions = {
  home?: string;
  /** Beyond HOME and PATH, which are all that is inherited. */
  env?: Env;
  cwd?: string;
  /** What stands in standard input; it is closed otherwise. */
  stdin?: string;
  showsSecrets?: boolean;
  /** Another program than `bin/mcp-cli.js`. */
  program?: string;
};

export type Running = {
  child: ChildProcess;
  home: string;
  /** `exit` is -1 for a process that a signal ended. */
  done: Promise<CliResult>;
  /** Resolves as soon as stdout and stderr together match; rejects if the process ends without. */
  seen(pattern: RegExp): Promise<void>;
};

export const bin = fileURLToPath(new URL('../../bin/mcp-cli.js', import.meta.url));

/** Starts `mcp-cli` with these arguments. */
export function spawnCli(argv: string[], options: ProcessOptions = {}): Running {
  const { home = newHome(), stdin, showsSecrets = false, program = bin } = options;
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: options.cwd ?? home,
    env: environment(home, options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(stdin ?? '');
  const text = { stdout: '', stderr: '' };
  const watch = watcher(() => text.stdout + text.stderr);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      watch.look();
    });
  }
  const done = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      watch.end();
      if (!showsSecrets)
        for (const name of ['stdout', 'stderr'] as const) collect(`${name} of ${argv.join(' ')}`, text[name]);
      resolve({ exit: code ?? -1, ...text, home });
    });
  });
  return { child, home, done, seen: watch.seen };
}

export type Terminal = {
  home: string;
  pid: number;
  /** Types, as the person would: end a line with `\r`; Ctrl-C is `\x03`, Ctrl-D `\x04`. */
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** Everything shown so far, escape sequences included. */
  shown(): string;
  /** Resolves as soon as what was shown since the last match matches; rejects if the process ends without. */
  seen(pattern: RegExp): Promise<void>;
  done: Promise<{ exit: number; shown: string }>;
  kill(): void;
};

/** Starts `mcp-cli` at a pseudo-terminal. */
export async function ptyCli(argv: string[], options: Omit<ProcessOptions, 'stdin'> = {}): Promise<Terminal> {
  const pty = await import('@lydell/node-pty');
  const { home = newHome(), showsSecrets = false, program = bin } = options;
  const terminal = pty.spawn(process.execPath, [program, ...argv], {
    cwd: options.cwd ?? home,
    env: { TERM: 'xterm-256color', ...environment(home, options.env) },
    cols: 100,
    rows: 30,
  });
  let text = '';
  const watch = watcher(() => text);
  terminal.onData((chunk) => {
    text += chunk;
    watch.look();
  });
  const done = new Promise<{ exit: number; shown: string }>((resolve) => {
    terminal.onExit(({ exitCode }) => {
      watch.end();
      if (!showsSecrets) collect(`terminal of ${argv.join(' ')}`, text);
      resolve({ exit: exitCode, shown: text });
    });
  });
  return {
    home,
    pid: terminal.pid,
    type: (keys) => terminal.write(keys),
    resize: (columns, rows) => terminal.resize(columns, rows),
    shown: () => text,
    seen: watch.seen,
    done,
    kill: () => terminal.kill('SIGKILL'),
  };
}

function environment(home: string, env: Env = {}): Record<string, string> {
  registerEnvironment(env);
  const all = { HOME: home, PATH: process.env.PATH, ...env };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

type Wait = { pattern: RegExp; resolve(): void; reject(error: Error): void };

/** Waits for patterns in growing text, each search beginning where the last match ended. */
function watcher(text: () => string) {
  const waits: Wait[] = [];
  let from = 0;
  let ended = false;
  const look = () => {
    for (let wait = waits[0]; wait !== undefined; wait = waits[0]) {
      const match = wait.pattern.exec(text().slice(from));
      if (match === null) return;
      from += match.index + match[0].length;
      waits.shift();
      wait.resolve();
    }
  };
  const missing = (pattern: RegExp) =>
    new Error(`the process ended without ${pattern}:\n${text().slice(from)}`);
  return {
    look,
    end() {
      ended = true;
      for (const { pattern, reject } of waits.splice(0)) reject(missing(pattern));
    },
    seen: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        waits.push({ pattern, resolve, reject });
        look();
        if (ended && waits.pop() !== undefined) reject(missing(pattern));
      }),
  };
}
