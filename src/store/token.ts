// A secret that somebody gave us to keep: a bearer token, an API key, any text. It lies in the same store as the
// sign-ins, under keys that no server can have, and like them is parsed as hostile input.
import { StoreError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { typed } from '../typed.ts';
import { fieldsOf, moment, oneOf, plain, visible } from './fields.ts';

export type TokenType = 'bearer' | 'api-key' | 'generic';

export type TokenName = { namespace: string; name: string };

export type StoredToken = {
  version: 1;
  type: TokenType;
  value: string;
  /** Whose API key it is. */
  provider?: string;
  /** Milliseconds since the epoch; absent for one that another tool wrote. */
  createdAt?: number;
  /** Absent: nobody said how long it is good for. */
  expiresAt?: number;
};

/** Characters of a value. */
const LONGEST = 64 * 1024;
/** `recordKey` encodes it in a server's name, and puts it behind one: no key of a sign-in begins with it. */
const MARK = '~';
const NAMESPACE = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** `~<namespace>:<name>`. */
export function tokenKey({ namespace, name }: TokenName): string {
  return `${MARK}${namespace}:${name}`;
}

export function isTokenKey(key: string): boolean {
  return key.startsWith(MARK);
}

/** Of the keys of a store those of sign-ins. */
export function signInKeys(keys: string[]): string[] {
  return keys.filter((key) => !isTokenKey(key));
}

/** Of the keys of a store those of tokens. The Python tool keeps second copies of its sign-ins among them. */
export function tokenKeys(keys: string[]): string[] {
  return keys.filter((key) => isTokenKey(key) && splitTokenKey(key).namespace !== 'oauth');
}

/** The namespace is empty for a key that only a file's name is left of: the index of the store was lost. */
export function splitTokenKey(key: string): TokenName {
  const bare = key.slice(MARK.length);
  const colon = bare.indexOf(':');
  return { namespace: bare.slice(0, Math.max(colon, 0)), name: bare.slice(colon + 1) };
}

/** Whether both can be written into a reference, a path and a key. Pure. */
export function isTokenName({ namespace, name }: TokenName): boolean {
  const harmless = name === name.trim() && !/[\p{C}\p{Zl}\p{Zp}{}]/u.test(name);
  return NAMESPACE.test(namespace) && name !== '' && name.length <= 200 && harmless;
}

/** What is wrong with a value for this type, as the second half of a sentence. Pure. */
export function valueFault(type: TokenType, value: string): string | undefined {
  if (value.length > LONGEST) return `is longer than ${LONGEST / 1024} KB`;
  if (checkOf(type)(value) !== undefined) return undefined;
  if (value === '') return 'is empty';
  return type === 'generic'
    ? 'has control characters, or is no text'
    : 'has a line break or another character that no header may have';
}

/** Throws StoreError `corrupt`, naming the member and never its value. */
export function parseToken(json: string, key: string): StoredToken {
  const fail = (path: string) => corrupt(key, path);
  const fields = fieldsOf(parseObject(json), fail);
  const version = fields.need('version', oneOf(1));
  const type = fields.need('type', oneOf('bearer', 'api-key', 'generic'));
  return {
    version,
    type,
    value: fields.need('value', checkOf(type)),
    ...fields.may('provider', plain(200)),
    ...fields.may('createdAt', moment),
    ...fields.may('expiresAt', moment),
  };
}

/** Throws like `parseToken`: what could not be read back is never written. */
export function serializeToken(token: StoredToken, key: string): string {
  return JSON.stringify(parseToken(JSON.stringify(token), key));
}

export function isOver({ expiresAt }: Pick<StoredToken, 'expiresAt'>, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Credentials are visible ASCII; any other text may have lines. */
function checkOf(type: TokenType) {
  return type === 'generic' ? lines : visible(LONGEST);
}

function lines(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST) return undefined;
  return /[\p{Cs}]|(?![\t\r\n])\p{Cc}/u.test(value) ? undefined : value;
}

function corrupt(key: string, path: string): StoreError {
  // A key read from a directory listing is as hostile as the rest.
  const { namespace, name } = splitTokenKey(key.replace(/[\p{C}]/gu, '?'));
  const within = namespace === '' ? [] : ['--namespace', namespace];
  return new StoreError('corrupt', `the stored token ${name} is damaged${path && ` (${path})`}`, {
    hint: `drop it and set it again: ${typed('mcp-cli', 'token', 'delete', name, ...within)}`,
  });
}
