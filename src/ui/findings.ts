// How the findings of `auth doctor` look: a line a step, and below it what to do.
import type { Result } from '../doctor/finding.ts';
import { wrap } from './width.ts';

/** Cells of what stands before a finding. */
const MARGIN = 28;
const MARKS: Record<Result['status'], string> = {
  passed: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  skipped: 'skipped',
};

/** Made safe before. `columns` 0: not a terminal, nothing is wrapped. */
export function findingText({ step, status, seen, clause, fix }: Result, columns: number): string {
  const title = step.replaceAll('_', ' ');
  const limit = columns > MARGIN + 30 ? columns - MARGIN - 1 : Number.MAX_SAFE_INTEGER;
  const lines = wrap(seen, limit);
  if (status === 'failed' || status === 'warning') lines.push(...wrap(`see ${clause}`, limit));
  for (const each of fix?.split('\n') ?? []) lines.push(...wrap(`fix: ${each}`, limit));
  const head = `${MARKS[status].padEnd(9)}${title.padEnd(MARGIN - 9)}`;
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(MARGIN)}${line}\n`).join('');
}

/** The last line. */
export function verdictText(results: readonly Result[]): string {
  const count = (status: Result['status']) => results.filter((each) => each.status === status).length;
  const failed = results.find(({ status }) => status === 'failed');
  const rest = `${count('passed')} passed, ${count('warning')} with a warning, ${count('skipped')} skipped`;
  if (!failed) return `Nothing is wrong: ${rest}.\n`;
  return `${count('failed')} failed, first ${failed.step.replaceAll('_', ' ')}; ${rest}.\n`;
}
