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
};

/** A command's result, on stdout, in the format asked for. */
export function print(output: Output, result: Result): void {
  const { format } = output.flags;
  if (format === 'text') output.deps.out(result.text());
  else if (format === 'json') output.deps.out(json(result.json, output.deps.stdout.isTTY));
  else for (const item of result.items ?? [result.json]) output.deps.out(json(item));
}

/** A remark for a person, on stderr. */
export function note(output: Output, text: string): void {
  const shown = !output.flags.quiet && output.flags.format === 'text';
  output.deps.err(shown ? `${text}\n` : '', `${text}\n`);
}
