// Terminals that show no Unicode: what this program itself draws is written in ASCII there. What servers say stays as it is.

import type { Env } from '../deps.ts';

const PLAIN: [RegExp, string][] = [
  [/(?:⏳|🔐|🔍|🌐|📝|✅|🔑|🔄|🩺) ?/gu, ''],
  [/…/g, '...'],
  [/█/g, '#'],
  [/░/g, '.'],
];

/** Whether the locale, or the kind of terminal, says that there are no such characters. Nothing said: there are. Pure. */
export function isPlain(env: Env, platform: NodeJS.Platform): boolean {
  if (env.TERM === 'linux' || env.TERM === 'dumb') return true;
  if (platform === 'win32') return false;
  // POSIX, Environment Variables 8.2: the first one that is set and not empty decides.
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale);
}

/** Our own signs in ASCII. Pure. */
export function plain(text: string): string {
  return PLAIN.reduce((before, [sign, instead]) => before.replace(sign, instead), text);
}
