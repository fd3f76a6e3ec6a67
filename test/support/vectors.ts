// Vectors: one good exchange, and many that differ from it in one place (test/vectors/README.md).
import { readFileSync } from 'node:fs';

export type Vector = {
  name: string;
  /** By JSON pointer (RFC 6901); an object `{"$times": [text, number, …]}` is a text that is too long to be written out. */
  set: Record<string, unknown>;
  /** 0: the fault is harmless, or is taken for what it is. */
  exit: number;
  code: string;
  /** Of an exchange: hosts that are asked besides the good one's, and what the listener answers the browser. */
  hosts?: string[];
  page?: number;
};

type Table<Good> = { subject: string; good: Good; vectors: Vector[] };

export function tableOf<Good>(file: string): Table<Good> {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8')) as Table<Good>;
}

/** A copy of `good` with the one thing changed. */
export function changed<Good>(good: Good, set: Vector['set']): Good {
  const whole = structuredClone(good);
  for (const [pointer, value] of Object.entries(set)) put(whole, pointer, value);
  return whole;
}

function put(whole: unknown, pointer: string, value: unknown): void {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  let at = whole as Record<string, unknown>;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  if (value === '$absent') delete at[last];
  // Not by assignment, which would set the prototype where the vector names it.
  else
    Object.defineProperty(at, last, {
      value: long(value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

function long(value: unknown): unknown {
  const parts = (value as { $times?: (string | number)[] } | null)?.$times;
  if (!parts) return value;
  return parts
    .map((part, index) => (index % 2 === 0 ? String(part).repeat(Number(parts[index + 1])) : ''))
    .join('');
}

/** A new copy each time. */
export function goodExchange<T>(): T {
  return JSON.parse(readFileSync(new URL('../vectors/exchange.json', import.meta.url), 'utf8')) as T;
}
