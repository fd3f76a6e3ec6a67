import { sections } from '../../src/config/dialects.ts';
import type { HttpEntry, OAuthEntry, ServerEntry, StorageEntry } from '../../src/config/entry.ts';
import { parse } from '../../src/config/read.ts';
import { toEntry } from '../../src/config/server.ts';
import { toStorage } from '../../src/config/storage.ts';

type Options = { env?: Record<string, string>; warnings?: string[] };

/** Reads one server (the only one, or the named one) of a file given as text or value. */
export function entryOf(file: unknown, options: Options & { name?: string } = {}): ServerEntry {
  const { env = {}, warnings = [], name } = options;
  const warn = (text: string) => void warnings.push(text);
  const document = parse('/etc/c.json', typeof file === 'string' ? file : JSON.stringify(file, null, 2));
  const { servers } = sections(document, warn);
  const chosen = name ?? [...servers.keys()][0] ?? '';
  const found = servers.get(chosen)!;
  const place = { source: document, path: found.path, server: undefined };
  return toEntry(chosen, found.value, place, { env, home: '/home/me', warn });
}

/** An http entry `n` with these members, which may replace the URL. */
export function http(members: Record<string, unknown>, options: Options = {}): HttpEntry {
  return entryOf({ mcpServers: { n: { url: 'https://mcp.test/mcp', ...members } } }, options) as HttpEntry;
}

/** The oauth block of such an entry. */
export function oauth(members: unknown, options: Options = {}): OAuthEntry {
  return http({ oauth: members }, options).oauth!;
}

export function storageOf(file: unknown, options: Options & { backend?: string } = {}): StorageEntry {
  const { env = {}, warnings = [], backend } = options;
  const warn = (text: string) => void warnings.push(text);
  const document = parse('/etc/c.json', JSON.stringify(file, null, 2));
  const { storage } = sections(document, warn);
  const place = { source: document, path: storage!.path, server: undefined };
  return toStorage(storage!.value, place, { env, home: '/home/me', warn }, backend);
}
