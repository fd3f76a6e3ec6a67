import type { Env } from '../deps.ts';

/** What a terminal can show. */
export type Look = { colour: boolean; unicode: boolean };

/**
 * NO_COLOR (no-color.org) and dumb terminals are obeyed; signs beyond ASCII are left to terminals that can show them. A
 * locale that nobody has set says nothing.
 */
export function lookOf(env: Env): Look {
  const dumb = env.TERM === 'dumb';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    colour: !env.NO_COLOR && !dumb,
    unicode: !dumb && env.TERM !== 'linux' && (locale === '' || /utf-?8/i.test(locale)),
  };
}

const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  red: [31, 39],
  green: [32, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof STYLES;

/** `text`, which is safe already, in a style where there are any. */
export function painter({ colour }: Look): (style: Style, text: string) => string {
  return (style, text) => {
    const [on, off] = STYLES[style];
    return colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
}
