// What a form asks of a text beyond its length: `format` and `pattern`. The line of a command is not held to them: there
// they are the server's to judge.

import type { Schema } from './input-schema.ts';
import { within } from './within.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A date that the calendar has: Date takes the 31st of February for the 3rd of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const FORMATS = new Map<string, { words: string; fits(text: string): boolean }>([
  ['email', { words: 'an e-mail address', fits: (text) => /^[^\s@]+@[^\s@]+$/.test(text) }],
  ['uri', { words: 'a URL', fits: (text) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text) }],
  ['date', { words: 'a date such as 2026-07-28', fits: isDay }],
  [
    'date-time',
    {
      words: 'a moment such as 2026-07-28T12:00:00Z',
      fits: (text) => MOMENT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
    },
  ],
]);

/** In words, for what is asked; undefined for a format that is not known. */
export function formatWords(format: unknown): string | undefined {
  return typeof format === 'string' ? FORMATS.get(format)?.words : undefined;
}

/** Characters of an expression, and of a text that it is tried on. */
const LONGEST_PATTERN = 500;
const LONGEST_TEXT = 10_000;
/** Milliseconds; and how often they may be exceeded, as a machine that is busy may do once. */
const PATIENCE = 100;
const MOST_TIMES = 3;

/** What is wrong with the text of a field, in one sentence that calls it `name`. */
export function textRules(own: Schema, name: string): (text: string) => string | undefined {
  const format = typeof own.format === 'string' ? FORMATS.get(own.format) : undefined;
  const pattern = expression(own.pattern);
  // An expression that takes too long is not tried again with each key.
  let slow = 0;
  const matches = (text: string) => {
    if (!pattern || slow >= MOST_TIMES || text.length > LONGEST_TEXT) return true;
    const found = within(PATIENCE, () => pattern.test(text));
    if (found === undefined) slow += 1;
    return found ?? true;
  };
  return (text) => {
    if (format && !format.fits(text)) return `${name} must be ${format.words}`;
    return matches(text) ? undefined : `${name} must match ${String(own.pattern).slice(0, 100)}`;
  };
}

/** Undefined for what is no expression here: that is the server's to judge. */
function expression(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}
