import { sanitize } from './sanitize.ts';

/** Characters of one label: a screen that scrolls away shows nothing. */
const LONGEST = 300;

/** What a server wrote, on a line: cut before it is looked through, because it may have ten megabytes. */
export function label(text: string): string {
  return sanitize(shortened(text, LONGEST));
}

/** In characters, not in cells. */
export function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
