// An entry as both tools read it. A sign-in has the six fields of the Python tool at the top, and what only we know
// under `_mcp`, which that tool leaves alone when it reads. Everything else is `{value}`, as there. Pure.
import { StoreError } from '../../errors.ts';
import { asObject, parseObject } from '../../json-object.ts';
import { typed } from '../../typed.ts';
import { isTokenKey, splitTokenKey } from '../token.ts';
import { tokenFields, tokenText } from './token-layout.ts';

export type Lease = { by: string; beat: number };

export type Entry = {
  value: string | undefined;
  /** Another machine is renewing what is stored. */
  lease: Lease | undefined;
  /** Written by a tool that knows nothing of ours: there are tokens, but not whose. */
  foreign: boolean;
};

type Fields = Record<string, unknown>;

/** `key` says whether the value is a sign-in, or a token of a person's own. */
export function toFields(value: string, lease: Lease | undefined, key: string): Fields {
  const holding = lease && { lease };
  const own = isTokenKey(key) ? tokenFields(value, key) : undefined;
  if (own) return { value: own.value, _mcp: { v: 1, token: own.token, ...holding } };
  const record = parseObject(value);
  const tokens = asObject(record?.tokens);
  if (!record || !tokens || typeof tokens.accessToken !== 'string')
    return { value, _mcp: { v: 1, ...holding } };
  const { accessToken, refreshToken, tokenType, scope, ...times } = tokens;
  const { issuedAt, expiresAt } = times as { issuedAt?: number; expiresAt?: number };
  return {
    access_token: accessToken,
    token_type: tokenType,
    expires_in:
      expiresAt === undefined || issuedAt === undefined ? null : Math.round((expiresAt - issuedAt) / 1000),
    refresh_token: refreshToken ?? null,
    scope: scope ?? null,
    issued_at: issuedAt === undefined ? null : issuedAt / 1000,
    _mcp: { v: 1, record: { ...record, tokens: times }, ...holding },
  };
}

/** Reads what anybody may have written: nothing in it is believed before record.ts has looked at it. */
export function fromFields(fields: Fields, key: string): Entry {
  const ours = asObject(fields._mcp);
  const lease = leaseOf(ours?.lease);
  if (isTokenKey(key) && typeof fields.value === 'string' && (!ours || asObject(ours.token)))
    return { value: tokenText(fields.value, ours?.token, key), lease, foreign: false };
  if (ours && typeof fields.value === 'string') return { value: fields.value, lease, foreign: false };
  const record = asObject(ours?.record);
  if (!record) return { value: undefined, lease, foreign: Object.keys(fields).length > 0 };
  const tokens = {
    accessToken: fields.access_token,
    tokenType: fields.token_type,
    ...(fields.refresh_token != null && { refreshToken: fields.refresh_token }),
    ...(fields.scope != null && { scope: fields.scope }),
    ...asObject(record.tokens),
  };
  return { value: JSON.stringify({ ...record, tokens }), lease, foreign: false };
}

/**
 * The name of an entry: the key itself where the Python tool would write it so, other characters as `=2F` for each
 * byte: a slash would be a folder, and Vault redirects `..` and encoded slashes. A colon stands behind a namespace, as
 * there, and therefore not in a server's name.
 */
export function entryName(key: string): string {
  const [, namespace, name] = TOKEN.exec(key) ?? [];
  if (namespace === undefined || name === undefined) return encode(key, /[^\p{L}\p{N}_@~-]/gu);
  return encode(`${namespace}:${name}`, /[^\p{L}\p{N}_:@~-]/gu);
}

const TOKEN = /^~([^:]+):([\s\S]+)$/;

function encode(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

export function keyOf(name: string): string {
  return name.includes(':') ? `~${decode(name)}` : decode(name);
}

function decode(name: string): string {
  return name.replace(/(=[0-9A-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
  );
}

export function foreignEntry(key: string): StoreError {
  if (isTokenKey(key)) {
    const { namespace, name } = splitTokenKey(key);
    const drop = typed('mcp-cli', 'token', 'delete', name, '--namespace', namespace);
    return new StoreError('foreign_entry', `the entry ${entryName(key)} in Vault is no token`, {
      hint: `look at it with Vault's own tool, or delete it: ${drop}`,
    });
  }
  return new StoreError('foreign_entry', `the entry of ${key} in Vault was written by another tool`, {
    hint: 'take it over with: mcp-cli auth import --from python\nor forget it with: mcp-cli auth reset',
    server: key,
  });
}

function leaseOf(value: unknown): Lease | undefined {
  const lease = asObject(value);
  if (typeof lease?.by !== 'string' || typeof lease.beat !== 'number') return undefined;
  return { by: lease.by, beat: lease.beat };
}
