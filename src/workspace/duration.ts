// Lengths of time as options have them.

import { InvalidArgumentError } from 'commander';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30`, `30s`, `500ms`, `2m`, `48h` or `7d`, in milliseconds; a bare number is seconds. Undefined: no length of time. */
function parseSpan(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  if (!match) return undefined;
  const span = Math.round(Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0));
  return span > 0 && Number.isSafeInteger(span) ? span : undefined;
}

/** A span that can be waited for: setTimeout takes no more than 24 days, and fires at once if it is given more. */
export function parseDuration(text: string): number | undefined {
  const span = parseSpan(text);
  return span !== undefined && span <= 2 ** 31 - 1 ? span : undefined;
}

/** For an option such as `--min-ttl 10m`. */
export function lifetime(text: string): number {
  const span = parseSpan(text);
  if (span === undefined)
    throw new InvalidArgumentError('It is a length of time such as 90s, 10m, 48h or 7d.');
  return span;
}

/** For an option that limits a wait. */
export function duration(text: string): number {
  const span = parseDuration(text);
  if (span === undefined) throw new InvalidArgumentError('It is a length of time such as 30, 500ms or 2m.');
  return span;
}
