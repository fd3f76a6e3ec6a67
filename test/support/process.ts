// Runs the built program as a real process. Needs `npm run build` first.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../src/deps.ts';
import { type CliResult, registerEnvironment } from './cli.ts';
import { newHome, noKeyring } from './home.ts';
import { outputFaults } from './schemas.ts';
import { collect } from './secrets.ts';
import { watcher } from './watch.ts';

export type ProcessOptions = {
  home?: string;
  /** Beyond HOME and PATH, which are all that is inherited. */
  env?: Env;
  cwd?: string;
  /** What stands in standard input; it is closed otherwise. */
  stdin?: string;
  /** Standard input stays open for the test to write to. */
  keepsInput?: boolean;
  showsSecrets?: boolean;
  /** Options of Node itself. */
  node?: string[];
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
  const child = spawn(process.execPath, [...(options.node ?? []), program, ...argv], {
    cwd: options.cwd ?? home,
    env: environment(home, options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (!options.keepsInput) child.stdin.end(stdin ?? '');
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
      // What was cut short is no document.
      const faults = code === 0 && program === bin ? outputFaults(argv, text.stdout, text.stderr) : [];
      if (faults.length > 0) reject(new Error(`${argv.join(' ')} breaks its schema: ${faults.join('; ')}`));
      else resolve({ exit: code ?? -1, ...text, home });
    });
  });
  return { child, home, done, seen: watch.seen };
}

/** What a process inherits: a HOME of its own, PATH, and what the test gives. */
export function environment(home: string, env: Env = {}): Record<string, string> {
  registerEnvironment(env);
  const all = { HOME: home, PATH: process.env.PATH, ...noKeyring, ...env };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
