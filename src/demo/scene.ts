import { setTimeout } from 'node:timers/promises';
import { CancelledError, DemoError } from '../errors.ts';
import type { Ran } from './child.ts';
import type { Stage } from './stage.ts';

/** What came of one step. */
export type Outcome = {
  /** As a person would type it. */
  command: string;
  /** Lines that the command wrote, as far as they are worth a look. */
  said: string[];
  /** What was seen beside that, in sentences without a period. */
  facts: string[];
  /** Milliseconds that the command took. */
  ms: number;
};

export type Scene = {
  title: string;
  play(stage: Stage, tell: (line: string) => void): Promise<Outcome>;
};

/** Throws DemoError `step_failed` unless `ok`. */
export function see(ok: boolean, what: string, ran?: Ran): asserts ok {
  if (ok) return;
  const said = ran?.stderr.trim().split('\n').slice(-2).join('\n');
  throw new DemoError('step_failed', `a step did not happen: ${what}`, {
    hint: said ? `the command said: ${said}` : 'report it, with the output above',
  });
}

export function shown(words: readonly string[]): string {
  return ['mcp-cli', ...words].join(' ');
}

export function linesOf(text: string): string[] {
  return text.trimEnd().split('\n').filter(Boolean);
}

/** Sleeps until `moment` (milliseconds since the epoch), saying every second how long that is. */
export async function until(
  moment: number,
  signal: AbortSignal,
  tell: (seconds: number) => void,
): Promise<void> {
  for (let left = moment - Date.now(); left > 0; left = moment - Date.now()) {
    tell(Math.ceil(left / 1000));
    await setTimeout(Math.min(left, 1000), undefined, { signal }).catch(() => {
      throw new CancelledError();
    });
  }
}
