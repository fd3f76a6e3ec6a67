import { createHash } from 'node:crypto';
import type { Tool } from '@modelcontextprotocol/client';
import type { ServerEntry } from '../config/entry.ts';

/**
 * SHA-256 over whom a call goes to and the whole tool as the server describes it: its name, descriptions, schemas and
 * annotations. The order of keys says nothing; anything else that changes makes another one. Pure.
 */
export function fingerprint(address: string, tool: Tool): string {
  return createHash('sha256')
    .update(JSON.stringify([address, canonical(tool)]))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return ['list', ...value.map(canonical)];
  if (typeof value !== 'object' || value === null) return value;
  // As pairs: a key called __proto__ would vanish from an object.
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return ['object', ...pairs.map(([key, each]) => [key, canonical(each)])];
}

/** What an approval is bound to: a server's URL, or the whole command of a local one. Not for showing. Pure. */
export function addressOf(entry: ServerEntry): string {
  return entry.kind === 'http'
    ? entry.url
    : JSON.stringify(['stdio', entry.command, entry.args, entry.cwd ?? null]);
}
