// Long results at a terminal, a screen at a time: with the person's own pager, or one question a page.

import type { spawn as Spawn } from 'node:child_process';
import type { Env } from '../deps.ts';
import { browserEnv, words } from './browser.ts';

type Screen = { columns: number; rows?: number };

/** Whether text of whole lines takes more than the screen. Looks at no more of it than it has to. */
export function isTall(text: string, { columns, rows = 0 }: Screen): boolean {
  return rows > 0 && pageEnd(text, 0, { columns, rows }) < text.length;
}

/** Where the page ends that begins at `start`; a line is left for the prompt. At least a line, so that it goes on. */
export function pageEnd(text: string, start: number, { columns, rows = 0 }: Screen): number {
  let at = start;
  for (let used = 0; at < text.length; ) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next + 1;
    used += Math.max(1, Math.ceil((end - 1 - at) / Math.max(1, columns)));
    if (used > rows - 1 && at > start) return at;
    at = end;
  }
  return at;
}

/** The words of PAGER, which is a program and its arguments; `less` where nothing is set. Undefined: none. */
export function pagerWords(env: Env, platform: NodeJS.Platform): string[] | undefined {
  if (env.TERM === 'dumb') return undefined;
  const given = env.PAGER ?? (platform === 'win32' ? '' : 'less');
  const found = words(given);
  return found.length === 0 || given === 'cat' ? undefined : found;
}

/**
 * Gives `text` to a pager and waits for its end. No shell, and of our environment what it needs. Resolves to false if it could not
 * be started.
 */
export async function runPager(
  text: string,
  [program = '', ...args]: string[],
  env: Env,
  given?: typeof Spawn,
): Promise<boolean> {
  const spawn = given ?? (await import('node:child_process')).spawn;
  const own: Record<string, string> = {};
  for (const name of ['TERM', 'COLORTERM', 'LESSCHARSET']) if (env[name] !== undefined) own[name] = env[name];
  // Styles are shown as such, and what it showed stays on the screen.
  const options = { ...browserEnv(env), ...own, LESS: env.LESS ?? 'FRX', LV: env.LV ?? '-c' };
  return new Promise((resolve) => {
    try {
      const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'], env: options });
      child.once('error', () => resolve(false));
      child.once('close', () => resolve(true));
      // It may be left before it has read everything.
      child.stdin?.on('error', () => {});
      child.stdin?.end(text);
    } catch {
      resolve(false);
    }
  });
}
