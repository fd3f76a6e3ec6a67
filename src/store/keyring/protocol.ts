// What this program and its helper process say to each other: one JSON object a line, over inherited pipes.

/** Of the three stores, the one that this machine's system has. */
export type KeyringName = 'keychain' | 'windows' | 'secretservice';

/** `probe` writes an entry of no worth and takes it away again. */
export type Verb = 'get' | 'set' | 'delete' | 'probe';

export type Request = { id: number; verb: Verb; service: string; account: string; value?: string };

/**
 * Why a keyring does not serve. Not there at all: `no_addon` (keytar is not installed), `no_build` (it has none for this
 * machine), `no_library` (libsecret), `no_service` (D-Bus, or nobody on it keeps secrets), `no_collection` (no keyring was
 * ever made), `no_logon` (Windows: a session without credentials). There, and closed: `locked`. There, and
 * unwilling: `denied`.
 */
export type Fault =
  | 'no_addon'
  | 'no_build'
  | 'no_library'
  | 'no_service'
  | 'no_collection'
  | 'no_logon'
  | 'locked'
  | 'denied';

/** The id of what the helper says first, unasked: it can be asked from now on. Requests count from 1. */
export const HELLO = 0;

/**
 * One line. Node 24 and later end lines at U+2028 and U+2029 too, which JSON leaves as they are: an entry that somebody
 * else wrote could otherwise make its reader wait for an answer that never comes whole. Pure.
 */
export function lineOf(message: Request | Answer): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16)}`;
  return `${JSON.stringify(message).replace(/[\u2028\u2029]/g, escaped)}\n`;
}

/** `value`: of `get`, null for what is not there; of `delete`, whether something was. `detail`: the library's own words. */
export type Answer =
  | { id: number; value: string | boolean | null }
  | { id: number; fault: Fault; detail: string };
