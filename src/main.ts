// The only file that touches `process`. Everything a test may replace is made here and handed to the program.

import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse } from 'node:path';
import { isatty } from 'node:tty';
import type { Deps } from './deps.ts';
import { CancelledError } from './errors.ts';
import { root } from './place.ts';
import { isPlain, plain } from './ui/plain.ts';
import { asksHelp, asksVersion, HELP_WIDTH, version } from './version.ts';

/** A result that could not be written (a full disk) is no success, whatever the command says. */
let lost = false;

/** The reader went away (`| head`): nobody is left to be told, and that is no failure. */
function quietPipe(stream: NodeJS.WriteStream): (text: string) => void {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code === 'EPIPE') return;
    lost = true;
    process.exitCode = 1;
    if (stream !== process.stderr) process.stderr.write(`error: cannot write the result (${error.code})\n`);
  });
  const isAscii = stream.isTTY === true && isPlain(process.env, process.platform);
  return (text) => {
    if (!gone) stream.write(isAscii ? plain(text) : text);
  };
}

/** The first signal lets the program end by itself, a save under way included; the second one ends it at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  // Every request and wait of a long session listens to it.
  setMaxListeners(0, controller.signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new CancelledError());
    });
  }
  return controller.signal;
}

/** The folder can have been deleted under us: then there is nothing to find in it. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return parse(homedir()).root;
  }
}

async function realDeps(out: Deps['out']): Promise<Deps> {
  const [{ openPrompt }, { tameConsole }] = await Promise.all([
    import('./ui/prompt.ts'),
    import('./ui/console.ts'),
  ]);
  const err = quietPipe(process.stderr);
  const signal = interruption();
  tameConsole(console, err);
  return {
    fetch: async (url, init) => (await import('./fetch.ts')).fetchWithin(url, init),
    now: Date.now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    openUrl: async (url) => {
      const { openBrowser } = await import('./ui/browser.ts');
      await openBrowser(url, { env: process.env, platform: process.platform });
    },
    prompt: openPrompt({
      available: isatty(0) && isatty(2),
      input: () => process.stdin,
      output: process.stderr,
      env: process.env,
      signal,
      // To this process alone, and on every platform the same.
      interrupt: () => void process.emit('SIGINT', 'SIGINT'),
    }),
    out,
    err,
    // Opened on first use: most commands never read it.
    get stdin() {
      return process.stdin;
    },
    // A terminal can be resized while the program runs.
    stdout: {
      isTTY: process.stdout.isTTY === true,
      get columns() {
        return process.stdout.columns ?? 0;
      },
      get rows() {
        return process.stdout.rows ?? 0;
      },
      stream: process.stdout,
    },
    stderr: {
      isTTY: process.stderr.isTTY === true,
      get columns() {
        return process.stderr.columns ?? 0;
      },
    },
    env: process.env,
    cwd: workingDirectory(),
    home: homedir(),
    platform: process.platform,
    signal,
  };
}

/** As the build had commander write it, in the width that is used wherever there is room for it. */
function renderedHelp({ isTTY, columns }: NodeJS.WriteStream): string | undefined {
  if (isTTY && columns < HELP_WIDTH) return undefined;
  try {
    return readFileSync(new URL('dist/help.txt', root), 'utf8');
  } catch {
    return undefined;
  }
}

/** Scripts and shells ask for the version at their start: nothing more is loaded for that. */
async function main(argv: string[]): Promise<void> {
  const out = quietPipe(process.stdout);
  if (asksVersion(argv)) return out(`${version()}\n`);
  const help = asksHelp(argv) ? renderedHelp(process.stdout) : undefined;
  if (help !== undefined) return out(help);
  const { run } = await import('./program.ts');
  const exit = await run(argv, await realDeps(out));
  process.exitCode = lost ? 1 : exit;
}

void main(process.argv.slice(2));
