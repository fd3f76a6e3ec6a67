import type { Deps } from '../deps.ts';
import { json } from './json.ts';

export type Output = {
  deps: Pick<Deps, 'out' | 'err' | 'stdout' | 'env'>;
  flags: { format: 'text' | 'json' | 'ndjson'; quiet: boolean };
};

export type Result = {
  json: unknown;
  /** What a list has in it, one line each with `--format ndjson`; absent: the JSON on one line. */
  items?: unknown[];
  /** Whole lines, made safe. */
  text: () => string;
  /** The same for a shell that said --quiet: names or values, a line each, and nothing where the exit code says it all. */
  quiet?: () => string;
};

/** A command's result, on stdout, in the format asked for. */
export function print(output: Output, result: Result): void {
  const { format, quiet } = output.flags;
  if (format === 'text') output.deps.out((quiet ? (result.quiet ?? result.text) : result.text)());
  else if (format === 'json') output.deps.out(json(result.json, output.deps.stdout.isTTY));
  else for (const item of result.items ?? [result.json]) output.deps.out(json(item));
}

/** Prints elements of a list that is still being made, with `--format ndjson`; false: they come at its end, with `print`. */
export function printEarly(output: Output, items: unknown[]): boolean {
  if (output.flags.format !== 'ndjson') return false;
  for (const item of items) output.deps.out(json(item));
  return true;
}

/** A remark for a person, on stderr. */
export function note(output: Output, text: string): void {
  const shown = !output.flags.quiet && output.flags.format === 'text';
  output.deps.err(shown ? `${text}\n` : '', `${text}\n`);
}
