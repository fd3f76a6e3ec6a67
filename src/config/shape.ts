// What a value must be. A library of schemas would take longer to load than everything else that reading a configuration
// needs, at every start.

import { isObject } from '../json-object.ts';

/** Why a value cannot be used, and where in it: the second half of a sentence; after the bar, what to write. */
export class Misshapen extends Error {
  readonly path: readonly (string | number)[];

  constructor(said: string, path: readonly (string | number)[] = []) {
    super(said);
    this.path = path;
  }
}

/** Gives a value as it is used. Throws Misshapen. */
export type Check<T> = (value: unknown) => T;
/** What a value is to satisfy, and what is said of one that does not. */
type Rule<T> = readonly [holds: (value: T) => boolean, otherwise: string];
export type Checked<C> = C extends Check<infer T> ? T : never;

/** Objects with these keys, none of which has to be there; others are left out. */
export function shape<C extends Record<string, Check<unknown>>>(
  checks: C,
): Check<{ [K in keyof C]?: Checked<C[K]> }> {
  return (value) => {
    const given = object('must be an object')(value);
    const found: Record<string, unknown> = {};
    for (const [key, check] of Object.entries(checks))
      if (given[key] !== undefined) found[key] = under(key, check, given[key]);
    return found as { [K in keyof C]?: Checked<C[K]> };
  };
}

export function string(said: string, ...rules: Rule<string>[]): Check<string> {
  return ruled((value): value is string => typeof value === 'string', said, rules);
}

export function number(said: string, ...rules: Rule<number>[]): Check<number> {
  return ruled((value): value is number => Number.isFinite(value), said, rules);
}

export function integer(said: string, ...rules: Rule<number>[]): Check<number> {
  return ruled((value): value is number => Number.isSafeInteger(value), said, rules);
}

export function boolean(said: string): Check<boolean> {
  return ruled((value): value is boolean => typeof value === 'boolean', said, []);
}

export function oneOf<const T extends string>(values: readonly T[], said: string): Check<T> {
  return ruled((value): value is T => values.some((each) => each === value), said, []);
}

export const anything: Check<unknown> = (value) => value;

/** Numbers and booleans are what people write for PORT or max_age. */
export function scalar(said: string): Check<string> {
  return (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
    throw new Misshapen(said);
  };
}

export function list<T>(check: Check<T>, said: string): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Misshapen(said);
    return value.map((each, index) => under(index, check, each));
  };
}

export function record<T>(check: Check<T>, said: string): Check<Record<string, T>> {
  return (value) => {
    const entries = Object.entries(object(said)(value));
    return Object.fromEntries(entries.map(([key, each]) => [key, under(key, check, each)]));
  };
}

/** The first that takes the value. */
export function either<A, B>(one: Check<A>, other: Check<B>, said: string): Check<A | B> {
  return (value) => {
    for (const check of [one, other])
      try {
        return check(value);
      } catch (error) {
        if (!(error instanceof Misshapen)) throw error;
      }
    throw new Misshapen(said);
  };
}

function object(said: string): Check<Record<string, unknown>> {
  return ruled(isObject, said, []);
}

function ruled<T>(is: (value: unknown) => value is T, said: string, rules: readonly Rule<T>[]): Check<T> {
  return (value) => {
    if (!is(value)) throw new Misshapen(said);
    for (const [holds, otherwise] of rules) if (!holds(value)) throw new Misshapen(otherwise);
    return value;
  };
}

function under<T>(key: string | number, check: Check<T>, value: unknown): T {
  try {
    return check(value);
  } catch (error) {
    throw error instanceof Misshapen ? new Misshapen(error.message, [key, ...error.path]) : error;
  }
}
