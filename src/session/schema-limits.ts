import type { Schema } from './input-schema.ts';

/** What of a schema's bounds a value breaks; `may` says whether there is so much work left. Pure. */
export function limits(value: unknown, own: Schema, label: string, may: (work: number) => boolean): string[] {
  const found: string[] = [];
  const bound = (key: string, broken: (limit: number) => boolean, words: string) => {
    const limit = own[key];
    if (typeof limit === 'number' && broken(limit)) found.push(`${label} must ${words} ${limit}`);
  };
  if (typeof value === 'number') {
    bound('minimum', (limit) => value < limit, 'be at least');
    bound('maximum', (limit) => value > limit, 'be at most');
    bound('exclusiveMinimum', (limit) => value <= limit, 'be more than');
    bound('exclusiveMaximum', (limit) => value >= limit, 'be less than');
    bound('multipleOf', (limit) => limit > 0 && !isMultiple(value, limit), 'be a multiple of');
  }
  const measured = own.minLength !== undefined || own.maxLength !== undefined;
  if (typeof value === 'string' && measured && may(value.length / 10)) {
    // Characters, not UTF-16 units (JSON Schema validation, section 6.3).
    const length = [...value].length;
    bound('minLength', (limit) => length < limit, 'have a length of at least');
    bound('maxLength', (limit) => length > limit, 'have a length of at most');
  }
  if (Array.isArray(value)) {
    bound('minItems', (limit) => value.length < limit, 'have a length of at least');
    bound('maxItems', (limit) => value.length > limit, 'have a length of at most');
  }
  return found;
}

/** 0.3 is a multiple of 0.1 for a person, and 0.3 / 0.1 is not quite 3. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}
