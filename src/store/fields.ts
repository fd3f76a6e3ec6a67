// Reading an object that somebody else may have written: every member by its own check, nothing taken over unseen.

import { asObject, type JsonObject } from '../json-object.ts';

/** The value if it is acceptable, else undefined. */
export type Check<T> = (value: unknown) => T | undefined;

export type Fields = {
  need<T>(name: string, check: Check<T>): T;
  /** `{}` if the member is absent, so that it can be spread. */
  may<N extends string, T>(name: N, check: Check<T>): { [K in N]?: T };
  /** The members of a nested object. */
  within(name: string): Fields;
  /** The same; undefined if it is absent. */
  perhaps(name: string): Fields | undefined;
};

/** `fail` makes the error for a member, given its path (`client.id`; empty for the whole). */
export function fieldsOf(value: unknown, fail: (path: string) => Error, path = ''): Fields {
  const object = asObject(value);
  if (!object) throw fail(path);
  const members: JsonObject = object;
  const at = (name: string) => (path ? `${path}.${name}` : name);

  function need<T>(name: string, check: Check<T>): T {
    const good = check(members[name]);
    if (good === undefined) throw fail(at(name));
    return good;
  }
  return {
    need,
    may<N extends string, T>(name: N, check: Check<T>) {
      const found = members[name] === undefined ? {} : { [name]: need(name, check) };
      return found as { [K in N]?: T };
    },
    within: (name) => fieldsOf(members[name], fail, at(name)),
    perhaps: (name) => (members[name] === undefined ? undefined : fieldsOf(members[name], fail, at(name))),
  };
}

/** VSCHAR of RFC 6749 appendix A: what may stand in a header and a form without harm. */
export function visible(longest: number): Check<string> {
  return (value) => (isText(value, longest) && /^[\x20-\x7e]+$/.test(value) ? value : undefined);
}

/** Text for people: anything but control characters, which could drive a terminal. */
export function plain(longest: number): Check<string> {
  return (value) => (isText(value, longest) && !/[\p{Cc}\p{Cs}]/u.test(value) ? value : undefined);
}

/** Milliseconds since the epoch, within what a Date can hold. */
const LATEST = 8.64e15;

export const moment: Check<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LATEST
    ? value
    : undefined;

/** The moment that somebody meant by a number of milliseconds that may be broken, or lie beyond time. */
export function momentOf(milliseconds: number): number {
  return Math.min(Math.floor(milliseconds), LATEST);
}

export const truth: Check<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

export function oneOf<T extends string | number>(...values: T[]): Check<T> {
  return (value) => values.find((one) => one === value);
}

/** A flag that is set, or absent. */
export const yes: Check<true> = (value) => (value === true ? true : undefined);

export function listOf<T>(check: Check<T>, most: number): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined;
    const good = value.map(check).filter((one) => one !== undefined);
    return good.length === value.length ? good : undefined;
  };
}

/** An absolute URI without blanks, invisible characters and fragment (RFC 8707 section 2); not all are written in ASCII. */
export const absoluteUri: Check<string> = (value) =>
  isText(value, 4096) && !/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(value) && !value.includes('#') && URL.canParse(value)
    ? value
    : undefined;

/**
 * An absolute `https:` URL, or `http:` on loopback (anywhere, if `allowHttp`), without credentials and fragment.
 */
export function webUrl(allowHttp: boolean): Check<string> {
  return (value) => {
    const text = absoluteUri(value);
    if (text === undefined) return undefined;
    const url = new URL(text);
    const safe =
      url.protocol === 'https:' || (url.protocol === 'http:' && (allowHttp || isLoopback(url.hostname)));
    return safe && url.username === '' && url.password === '' ? text : undefined;
  };
}

/** Of a parsed URL: the parser has already turned `127.1` and `0x7f000001` into the one spelling. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}
