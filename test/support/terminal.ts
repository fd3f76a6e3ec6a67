// Runs the built program at a pseudo-terminal. Needs `npm run build` first.
import { spawn } from '@lydell/node-pty';
import { newHome } from './home.ts';
import { bin, environment, type ProcessOptions } from './process.ts';
import { collect } from './secrets.ts';
import { watcher } from './watch.ts';

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
export function ptyCli(
  argv: string[],
  options: Omit<ProcessOptions, 'stdin'> & { columns?: number } = {},
): Terminal {
  const { home = newHome(), showsSecrets = false, program = bin } = options;
  const terminal = spawn(process.execPath, [program, ...argv], {
    cwd: options.cwd ?? home,
    env: { TERM: 'xterm-256color', ...environment(home, options.env) },
    cols: options.columns ?? 100,
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
