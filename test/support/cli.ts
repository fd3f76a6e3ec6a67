// Runs the program in this process, with every effect of Deps replaced by something a test can see.
import { randomBytes } from 'node:crypto';
import { PassThrough, Writable } from 'node:stream';
import type { Deps, Env } from '../../src/deps.ts';
import { CancelledError } from '../../src/errors.ts';
import { fetchWithin } from '../../src/fetch.ts';
import { type Browser, noBrowser } from './browser.ts';
import { newHome, noKeyring } from './home.ts';
import { outputFaults } from './schemas.ts';
import { collect, registerSecret } from './secrets.ts';

export type CliOptions = {
  home?: string;
  /** The whole environment: nothing is inherited. Values of names such as …_KEY and …_TOKEN become secrets. */
  env?: Env;
  cwd?: string;
  /** By default no browser may open. */
  browser?: Browser;
  /**
   * Answers to questions, in order; `cancel` is Ctrl-C. A function gives a line that is typed while the program waits,
   * from what is on stderr so far. Without any answers, there is no terminal to ask at.
   */
  answers?: (string | boolean | typeof cancel | Line)[];
  /** What stands in standard input. */
  stdin?: string;
  /** Whether stdout, and stderr, are terminals. */
  terminal?: { stdout?: boolean; stderr?: boolean };
  /** Milliseconds by which the program's clock is ahead. */
  clock?: number;
  signal?: AbortSignal;
  platform?: NodeJS.Platform;
  /** The output shows a secret on purpose: it takes no part in the search. */
  showsSecrets?: boolean;
  /** Effects to replace beyond that. */
  deps?: Partial<Deps>;
  /** Another program than src/program.ts. */
  run?: Run;
};

export type Run = (argv: string[], deps: Deps) => Promise<number>;

/** A line that nobody asked for. */
export type Line = (stderr: string) => string | Promise<string>;

export type CliResult = { exit: number; stdout: string; stderr: string; home: string };

/** As an answer: the person presses Ctrl-C. */
export const cancel = Symbol('cancel');

/** Runs `mcp-cli` with these arguments and waits for it, and for its browser. Throws only if the program does. */
export async function runCli(argv: string[], options: CliOptions = {}): Promise<CliResult> {
  const { browser = noBrowser(), home = newHome(), showsSecrets = false } = options;
  const stdout: string[] = [];
  const stderr: string[] = [];
  const deps = testDeps(options, home, browser, stdout, stderr);
  const run = options.run ?? (await program()).run;
  let exit: number;
  try {
    exit = await run(argv, deps);
    await browser.visits();
    browser.check();
  } finally {
    if (!showsSecrets) {
      collect(`stdout of ${argv.join(' ')}`, stdout.join(''));
      collect(`stderr of ${argv.join(' ')}`, stderr.join(''));
    }
  }
  const result = { exit, stdout: stdout.join(''), stderr: stderr.join(''), home };
  if (options.run === undefined) {
    const faults = outputFaults(argv, result.stdout, result.stderr);
    if (faults.length > 0)
      throw new Error(
        `${argv.join(' ')} breaks its schema: ${faults.join('; ')}\n${result.stdout.slice(0, 2000)}`,
      );
  }
  return result;
}

/** Registers the values of an environment that are secrets by their names. */
export function registerEnvironment(env: Env): void {
  for (const [name, value] of Object.entries(env)) {
    if (value && /(KEY|TOKEN|SECRET|PASSWORD)(_|$)/.test(name) && !/_(FILE|BACKEND)$/.test(name))
      registerSecret(value, name);
  }
}

function testDeps(
  options: CliOptions,
  home: string,
  browser: Browser,
  stdout: string[],
  stderr: string[],
): Deps {
  const { env = {}, clock = 0, answers, terminal = {}, stdin } = options;
  registerEnvironment(env);
  const input = new PassThrough();
  input.end(stdin ?? '');
  const stream = new Writable({
    write(chunk, _encoding, done) {
      stdout.push(String(chunk));
      done();
    },
  });
  return {
    // The program's own.
    fetch: fetchWithin,
    now: () => Date.now() + clock,
    random: (bytes) => randomBytes(bytes),
    openUrl: browser.openUrl,
    prompt: scriptedPrompt(answers, () => stderr.join('')),
    out: (text) => void stdout.push(text),
    err: (text) => void stderr.push(text),
    stdin: Object.assign(input, {
      isTTY: stdin === undefined && answers !== undefined,
    }) as unknown as Deps['stdin'],
    stdout: { isTTY: terminal.stdout ?? false, columns: 80, stream },
    stderr: { isTTY: terminal.stderr ?? false, columns: 80 },
    env: { HOME: home, ...noKeyring, ...env },
    cwd: options.cwd ?? home,
    home,
    platform: options.platform ?? process.platform,
    signal: options.signal ?? new AbortController().signal,
    ...options.deps,
  };
}

function scriptedPrompt(answers: CliOptions['answers'], shown: () => string): Deps['prompt'] {
  const left = [...(answers ?? [])];
  const next = <T extends string | boolean>(question: string, type: 'string' | 'boolean'): T => {
    const answer = left.shift();
    if (answer === cancel) throw new CancelledError();
    if (typeof answer !== type) throw new Error(`the test has no ${type} to answer "${question}" with`);
    return answer as T;
  };
  return {
    available: answers !== undefined,
    confirm: async (question) => next<boolean>(question, 'boolean'),
    secret: async (question) => registerSecret(next<string>(question, 'string'), 'password'),
    ...noForm,
    async listen(heard, signal) {
      // What is shown with the wait is on the screen first.
      await new Promise(setImmediate);
      for (let line = left[0]; typeof line === 'function' && !signal.aborted; line = left[0]) {
        left.shift();
        const typed = await line(shown());
        if (!signal.aborted) heard.line(typed);
        await new Promise(setImmediate);
      }
    },
  };
}

/** What a server asks is answered at a real terminal. */
export const noForm: Pick<Deps['prompt'], 'text' | 'select' | 'checkbox' | 'more' | 'listen'> = {
  listen: () => {},
  text: (question) => Promise.reject(new Error(`asked "${question}"`)),
  select: (question) => Promise.reject(new Error(`asked "${question}"`)),
  checkbox: (question) => Promise.reject(new Error(`asked "${question}"`)),
  more: (question) => Promise.reject(new Error(`asked "${question}"`)),
};

// Loaded on first use: the counterparts are used without the program too.
async function program(): Promise<{ run: Run }> {
  const path = new URL('../../src/program.ts', import.meta.url).href;
  return (await import(path)) as { run: Run };
}
