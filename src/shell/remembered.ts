// Which lines may be kept for later sessions. Pure.

import { redact } from '../ui/redact.ts';
import { wordOf } from './line.ts';
import type { Slash } from './state.ts';

/** How keys of well-known services, and signed tokens, begin. */
const KEY = /\b(?:sk-|pk-|gh[opsu]_|github_pat_|xox[abps]-|glpat-|AKIA|AIza|eyJ)[\w-]{12,}/;

/** Nothing that holds a secret, or looks as if it did; and, as in shells, nothing that begins with a blank. */
export function isKept(text: string, slashes: Slash[]): boolean {
  if (text.trim() === '' || /^\s/.test(text)) return false;
  const { slash, rest } = wordOf(text, slashes);
  if (slash?.keeps?.(rest) === false) return false;
  return redact(text) === text && !KEY.test(text);
}
