// The public face of this room: one opened configuration. Nothing in it is expanded or checked before it is asked for,
// so one server's missing variable never stops another.

import type { Deps, Prompt } from '../deps.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { nearest } from '../nearest.ts';
import { type Sections, sections } from './dialects.ts';
import type { ServerEntry, StorageEntry } from './entry.ts';
import { readSafely } from './file.ts';
import { locate } from './locate.ts';
import { type Place, written } from './place.ts';
import { type Document, parse } from './read.ts';
import { trustLocated } from './trust-located.ts';

export type Config = {
  /** Absolute path, or undefined if no configuration file was found: then there are no servers. */
  readonly file: string | undefined;
  /** Where was looked; for hints. */
  readonly searched: readonly string[];
  /** In the file's order. */
  names(): string[];
  /**
   * One server, expanded and checked.
   * @throws UsageError `unknown_server`; ConfigError `invalid`, `missing_env`, `unsupported_reference`, `not_found`
   */
  entry(name: string): Promise<ServerEntry>;
  /**
   * Where tokens are kept. `backend` is what `--token-backend` says: only its settings are then expanded.
   * @throws ConfigError `invalid`, `missing_env`, `unsupported_reference`
   */
  storage(backend?: string): Promise<StorageEntry>;
  /** Every server as written, unexpanded, secrets masked. Never throws. */
  list(): Promise<Listed[]>;
};

/** For display: nothing of it was checked. */
type Listed = {
  name: string;
  /** Key path in the file. */
  path: string;
  line: number | undefined;
  kind: 'stdio' | 'http' | 'unknown';
  disabled: boolean;
  /** The entry with its secrets masked. */
  entry: unknown;
};

export type Opening = Pick<Deps, 'env' | 'cwd' | 'home' | 'platform'> & {
  prompt: Prompt;
  /** `--config-file`. */
  flag: string | undefined;
  /** One warning, without a line break; each at most once. */
  warn(text: string): void;
  /** Lines that a question is about, as they are; for standard error. */
  show(text: string): void;
};

/**
 * Finds, reads and, if it comes from the current folder, has the person trust the configuration file.
 * @throws ConfigError `not_found`, `unreadable`, `unsafe_file`, `too_large`, `invalid_json`, `invalid`, `untrusted`
 */
export async function openConfig(opening: Opening): Promise<Config> {
  const located = await locate(opening.flag, opening);
  const { file, named, searched } = located;
  if (file === undefined) return empty(searched);
  const document = parse(file, await readSafely(file, opening.platform, undefined, named));
  await trustLocated(located, document, opening);
  const said = new Set<string>();
  const warn = (text: string) => {
    if (!said.has(text)) opening.warn(text);
    said.add(text);
  };
  document.warnings.forEach(warn);
  return configOf(document, sections(document, warn), { ...opening, warn, searched });
}

function configOf(
  document: Document,
  { servers, storage }: Sections,
  { env, home, warn, searched }: Pick<Opening, 'env' | 'home' | 'warn'> & { searched: string[] },
): Config {
  const around = { env, home, warn };
  const place = (path: Place['path']): Place => ({ source: document, path, server: undefined });
  return {
    file: document.label,
    searched,
    names: () => [...servers.keys()],
    async entry(name) {
      const found = servers.get(name);
      if (!found) throw unknown(name, [...servers.keys()]);
      const { toEntry } = await import('./server.ts');
      return toEntry(name, found.value, place(found.path), around);
    },
    async storage(backend) {
      if (storage === undefined) return NOWHERE;
      const { toStorage } = await import('./storage.ts');
      return toStorage(storage.value, place(storage.path), around, backend);
    },
    async list() {
      const { masked } = await import('./mask.ts');
      return [...servers].map(([name, { path, value }]) => ({
        name,
        path: written(path),
        line: document.at(path)?.line,
        ...sketch(value),
        entry: masked(value),
      }));
    },
  };
}

function empty(searched: string[]): Config {
  const hint = `write one, or pass --config-file or a URL to --server; looked at ${searched.join(', ')}`;
  return {
    file: undefined,
    searched,
    names: () => [],
    async entry() {
      throw new ConfigError('not_found', 'there is no configuration file', { hint });
    },
    storage: async () => NOWHERE,
    list: async () => [],
  };
}

function unknown(name: string, names: string[]): UsageError {
  const near = nearest(name, names);
  const hints = near === undefined ? [] : [`did you mean ${JSON.stringify(near)}?`];
  hints.push(
    names.length === 0 ? 'the file configures no server' : `configured servers: ${names.join(', ')}`,
  );
  return new UsageError('unknown_server', `no server is called ${JSON.stringify(name)}`, {
    hint: hints.join('\n'),
  });
}

function sketch(value: unknown): Pick<Listed, 'kind' | 'disabled'> {
  if (!isObject(value)) return { kind: 'unknown', disabled: false };
  const has = (keys: string[]) => keys.some((key) => Object.hasOwn(value, key));
  const kind = has(['command']) ? 'stdio' : has(URLS) ? 'http' : 'unknown';
  return { kind, disabled: value.disabled === true || value.enabled === false };
}

const URLS = ['url', 'base_url', 'baseUrl', 'server_url', 'serverUrl', 'http_url', 'httpUrl'];

/** Everything left to the environment. */
const NOWHERE: StorageEntry = {
  backend: undefined,
  password: undefined,
  vaultUrl: undefined,
  vaultToken: undefined,
  vaultMountPoint: undefined,
  vaultPathPrefix: undefined,
  vaultNamespace: undefined,
  vaultAuthMethod: undefined,
  vaultAuthPath: undefined,
  vaultRole: undefined,
  vaultRoleId: undefined,
  vaultSecretId: undefined,
  vaultJwt: undefined,
  vaultJwtFile: undefined,
  vaultCaFile: undefined,
  vaultClientCert: undefined,
  vaultClientKey: undefined,
  vaultServerName: undefined,
  vaultKvVersion: undefined,
};
