import { sanitize, sanitizeLines } from './sanitize.ts';

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

/** Characters of a text that a person reads. */
const PAGE = 20_000;

/** What a server says of itself, as lines; at a terminal no more than somebody would scroll through. */
export function prose(text: string, { isTTY }: { isTTY: boolean }): string {
  const whole = text.trim();
  const left = isTTY ? whole.length - PAGE : 0;
  if (left <= 0) return `${sanitizeLines(whole)}\n`;
  return `${sanitizeLines(whole.slice(0, PAGE))}\n[${left} more characters: --json shows all of them]\n`;
}
