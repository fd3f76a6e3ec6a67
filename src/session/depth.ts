import { ProtocolError } from '../errors.ts';

/** Levels. No real schema, result or argument comes near; what recurses over more ends in a stack overflow. */
const DEEPEST = 500;

/** Hands a server's value on. Throws ProtocolError `too_deep` for one that is nested beyond all reason. */
export function shallow<T>(value: T, server: string): T {
  if (isShallow(value)) return value;
  throw new ProtocolError('too_deep', `${server} sent an answer that is nested too deeply`, {
    hint: 'tell the operator of the server',
    server,
  });
}

/** Whether it can be followed to its end, and be written. */
export function isShallow(value: unknown): boolean {
  // Level by level and not by recursion, which is what such a value is made to break.
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return false;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const each of Object.values(item)) if (typeof each === 'object') next.push(each);
    }
    level = next;
  }
  return true;
}
