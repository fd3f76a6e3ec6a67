// A tool's answer on the screen of a person. What a pipe or a file gets is not laid out.

import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Deps } from '../deps.ts';
import { within } from '../session/within.ts';
import { lookOf } from '../ui/look.ts';
import { isTall, pageEnd, pagerWords, runPager } from '../ui/pager.ts';
import { resultView } from '../ui/result-view.ts';
import type { Flags } from './flags.ts';
import type { Keeper } from './media.ts';

/** Milliseconds that a text may be read for what it is laid out as. */
const PATIENCE = 1000;

type Showing = Pick<Deps, 'out' | 'stdout' | 'env' | 'platform'>;

/** Whether results are laid out: at a terminal, and not as JSON. */
export function showsResults(
  { stdout }: Pick<Deps, 'stdout'>,
  { format, quiet }: Pick<Flags, 'format' | 'quiet'>,
): boolean {
  return stdout.isTTY && format === 'text' && !quiet;
}

/** The answer laid out, as whole lines that are safe. Throws UsageError `unwritable_file`. */
export function resultScreen(
  { stdout, env }: Pick<Deps, 'stdout' | 'env'>,
  result: CallToolResult,
  keep: Keeper,
): Promise<string> {
  return resultView(result, {
    look: lookOf(env),
    columns: stdout.columns || 80,
    save: keep,
    within: (work) => within(PATIENCE, work),
  });
}

/**
 * Shows an answer, with a pager if it is taller than the screen. Throws UsageError `unwritable_file`. For a session:
 * `showPages`.
 */
export async function showResult(
  deps: Showing,
  { pager }: Pick<Flags, 'pager'>,
  result: CallToolResult,
  keep: Keeper,
): Promise<void> {
  const text = await resultScreen(deps, result, keep);
  const words = pager && isTall(text, deps.stdout) ? pagerWords(deps.env, deps.platform) : undefined;
  if (!words || !(await runPager(text, words, deps.env))) deps.out(text);
}

/** A text of whole lines, a screen at a time, with a question between: for a session, whose keys a pager would take. */
export async function showPages(
  deps: Pick<Deps, 'out' | 'stdout' | 'prompt'>,
  { pager }: Pick<Flags, 'pager'>,
  text: string,
): Promise<void> {
  const { out, stdout, prompt } = deps;
  if (!pager || !prompt.available || !isTall(text, stdout)) return out(text);
  for (let at = 0; at < text.length; ) {
    const end = pageEnd(text, at, stdout);
    out(text.slice(at, end));
    at = end;
    if (at < text.length && !(await prompt.more('-- more -- (Enter goes on, q ends)'))) return;
  }
}
