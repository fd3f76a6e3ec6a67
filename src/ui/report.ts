import type { Deps } from '../deps.ts';
import { CancelledError, CliError } from '../errors.ts';
import { json } from './json.ts';
import { mask, redact } from './redact.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

export type ErrorView = {
  err: Deps['err'];
  json: boolean;
  verbose: boolean;
  /** Ctrl-C or SIGTERM came: what broke because of it is told as a cancellation. */
  aborted: boolean;
  secrets?: Iterable<string>;
};

/** Characters: some hints quote what a server sent. */
const LONGEST_HINT = 4_000;

export type ErrorJson = { code: string; message: string; hint?: string; server?: string };

/** What scripts get of one failure, in JSON. Never empty, nothing secret. */
export function errorJson(error: unknown, secrets: Iterable<string> = []): ErrorJson {
  const clean = (text: string) => sanitize(redact(text, secrets));
  if (error instanceof CliError) {
    return {
      code: error.code,
      message: clean(error.message) || error.name,
      // Hints are ours and may show what to write into a file: only known secrets are masked there.
      ...(error.hint ? { hint: sanitizeLines(mask(error.hint.slice(0, LONGEST_HINT), secrets)) } : {}),
      ...(error.server === undefined ? {} : { server: error.server }),
    };
  }
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'bug',
    message: `unexpected error: ${clean(told)}`,
    hint: 'run again with --verbose and report what it says',
  };
}

function exitOf(error: unknown): number {
  return error instanceof CliError ? error.exit : 1;
}

function failures(error: unknown, aborted: boolean): unknown[] {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap((each) => failures(each, aborted));
  }
  return [aborted && !(error instanceof CliError) ? new CancelledError() : error];
}

function details(error: unknown, clean: (text: string) => string): string[] {
  if (!(error instanceof Error)) return [];
  const lines = error instanceof CliError ? [] : (error.stack ?? '').split('\n').slice(1);
  // A chain of causes can be a ring.
  let cause = error.cause;
  for (let depth = 0; cause instanceof Error && depth < 5; depth++) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
    lines.push(`cause: ${cause.name}${code}: ${cause.message}`);
    cause = cause.cause;
  }
  return lines.map((line) => sanitizeLines(clean(line)).replaceAll('\n', ' '));
}

/**
 * Tells a failure on stderr, as `error:` and `hint:` lines or as one line of JSON, and gives the exit code. Several
 * servers' failures come as an AggregateError in the order the servers were named; the exit is that of the first.
 */
export function report(error: unknown, view: ErrorView): number {
  const all = failures(error, view.aborted);
  const told = all.map((each) => errorJson(each, view.secrets));
  const lines = (verbose: boolean) =>
    told.flatMap(({ message, hint, server }, index) => {
      const name = sanitize(server ?? '');
      const named = name === '' || message.startsWith(`${name} `) || message.endsWith(` ${name}`);
      const whose = error instanceof AggregateError && !named ? `${name}: ` : '';
      return [
        `error: ${whose}${message}\n`,
        ...(hint?.split('\n') ?? []).map((line) => `hint: ${line}\n`),
        ...(verbose ? details(all[index], (text) => redact(text, view.secrets)) : []).map(
          (line) => `${line}\n`,
        ),
      ];
    });
  const shown = view.json
    ? json(told.length > 1 ? { error: told[0], errors: told } : { error: told[0] })
    : lines(view.verbose).join('');
  view.err(shown, lines(true).join(''));
  return exitOf(all[0]);
}
