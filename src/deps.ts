// Every effect that a test may replace. Nothing else in the program reads the environment, asks the clock, draws
// random bytes, opens a browser, talks to a terminal or reaches the network by another way.
// Files and child processes are used directly: tests give them real folders and real programs.

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * `fetch` as every room sees it. `dispatcher` carries the policy of a hop (session/http), `hop` its name as failures
 * and `auth doctor` call it; without one it is the server itself.
 */
export type Fetch = (
  url: string,
  init?: Omit<RequestInit, 'dispatcher'> & { dispatcher?: unknown; hop?: string },
) => Promise<Response>;

/** Questions to the person. Each rejects with CancelledError on Ctrl-C. */
export type Prompt = {
  /** True only if both stdin and stderr are terminals: otherwise nothing may be asked. */
  readonly available: boolean;
  confirm(question: string, initial?: boolean): Promise<boolean>;
  /** Echoes nothing. */
  secret(question: string): Promise<string>;
};

/** What a person types without having been asked. */
export type Keyboard = {
  /** Hears lines while the program waits for something else, until `signal` is aborted. Shows nothing of them. */
  listen(heard: Heard, signal: AbortSignal): void;
};

export type Heard = {
  line(text: string): void;
  /** How many characters the line has that is being typed or pasted. */
  typing(length: number): void;
};

/** Questions with more than yes, no and a password for an answer. */
export type Form = {
  /** One line. `check` says what is wrong with it, with each key; `hint` what is wanted, as long as nothing is. */
  text(
    question: string,
    options?: Asking & { initial?: string; hint?: string; check?(text: string): string | undefined },
  ): Promise<string>;
  select<T>(question: string, choices: Choice<T>[], options?: Asking & { initial?: T }): Promise<T>;
  /** Any number of them. */
  checkbox<T>(
    question: string,
    choices: Choice<T>[],
    options?: Asking & { initial?: T[]; check?(chosen: T[]): string | undefined },
  ): Promise<T[]>;
  /** Whether another page is wanted: one key. */
  more(question: string): Promise<boolean>;
};

export type Choice<T> = { name: string; value: T };

/** `signal` takes the question back; `leave` is told of Escape, which else means nothing. */
type Asking = { signal?: AbortSignal; leave?(): void };

export type Deps = {
  fetch: Fetch;
  /** Milliseconds since the epoch. */
  now(): number;
  random(bytes: number): Uint8Array;
  /** Hands a URL to the person's browser; rejects if none could be started. Never passes through a shell. */
  openUrl(url: string): Promise<void>;
  prompt: Prompt & Form & Keyboard;
  /** Results, and nothing else. */
  out(text: string): void;
  /** Progress, warnings, errors. `logged` is what a log file says in the place of `text`. */
  err(text: string, logged?: string): void;
  stdin: NodeJS.ReadStream;
  stdout: { isTTY: boolean; columns: number; rows?: number; stream: NodeJS.WritableStream };
  stderr: { isTTY: boolean; columns: number };
  env: Env;
  cwd: string;
  home: string;
  platform: NodeJS.Platform;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
};
