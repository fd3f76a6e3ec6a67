// What lies in a keyring entry: the value itself where every system takes it, else a key. Pure.
import { parseObject } from '../../json-object.ts';
import { fileStem } from '../names.ts';

/** UTF-16 units, and bytes of UTF-8. Windows takes 2,560 bytes; the rule is the same everywhere. */
const UNITS = 1_200;
const BYTES = 2_400;
const KEY_BYTES = 32;

/** Whether `value` can be an entry's value: short, not empty, without NUL (a C string would end there), no envelope. */
export function fitsInline(value: string): boolean {
  if (value.length === 0 || value.length > UNITS || value.includes('\0')) return false;
  return Buffer.byteLength(value) <= BYTES && unwrap(value) === undefined;
}

/** The entry for a value that lies sealed in `file`. */
export function wrap(key: Uint8Array, file: string): string {
  return JSON.stringify({ v: 1, wrapped: true, k: Buffer.from(key).toString('base64url'), f: file });
}

/** The key of an envelope; undefined for a value that is none. The file's name is never taken from it. */
export function unwrap(entry: string): Buffer | undefined {
  const { v, wrapped, k } = parseObject(entry) ?? {};
  if (v !== 1 || wrapped !== true || typeof k !== 'string') return undefined;
  const key = Buffer.from(k, 'base64url');
  return key.length === KEY_BYTES ? key : undefined;
}

export function sealedFile(key: string): string {
  return `${fileStem(key)}.kr.enc`;
}

/**
 * The name of the entry: the key itself. Windows takes no long ones and is taken not to tell `a` from `A`, and a NUL
 * would end it: such a key goes by its file name, behind what no key of a record begins with (store/record).
 */
export function accountOf(key: string, platform: NodeJS.Platform): string {
  const plain = key.length > 0 && key.length <= 200 && !/\p{Cc}/u.test(key);
  const folded = platform === 'win32' && key !== key.toLowerCase();
  return plain && !folded ? key : `%-${fileStem(key)}`;
}
