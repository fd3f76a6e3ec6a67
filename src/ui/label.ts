import { sanitize } from './sanitize.ts';

/** Characters of one label: a screen that scrolls away shows nothing. */
const LONGEST = 300;

/**
 * What a server wrote, on a line: cut before it is looked through, because it may have ten megabytes, and after it, because
 * hidden characters are longer where they are shown.
 */
export function label(text: string): string {
  return shortened(sanitize(shortened(text, LONGEST)), LONGEST);
}

/** In characters, not in cells. */
export function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
