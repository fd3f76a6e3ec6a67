// When somebody says that a token ends. Pure.

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const SPAN = /^(\d{1,5})([mhdw])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The moment that `2026-12-31` (to the end of that day), `2026-12-31T12:00Z` or `90d` means, in milliseconds since the
 * epoch; without a zone it is UTC. Undefined: none of these.
 */
export function parseExpiry(text: string, now: number): number | undefined {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * (UNITS[unit] ?? 0);
  if (DAY.test(text)) {
    const start = midnight(text);
    return start === undefined ? undefined : start + (UNITS.d ?? 0);
  }
  const [, day = '', time, zone = 'Z'] = TIME.exec(text) ?? [];
  if (midnight(day) === undefined) return undefined;
  const moment = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Undefined for a day that no calendar has: the parser would make another one of it. */
function midnight(day: string): number | undefined {
  const moment = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(day) ? moment : undefined;
}
