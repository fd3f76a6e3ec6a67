// Which store: --token-backend, MCP_CLI_TOKEN_BACKEND, the configuration, else what this machine offers.
// Only `auto` may choose, and a store that was asked for by name is never replaced by a weaker one.
import type { Backend, StorageEntry } from '../config/entry.ts';
import type { Env, Fetch, Prompt } from '../deps.ts';
import { UsageError } from '../errors.ts';

export type StoreOptions = {
  /** `--token-backend`. */
  flag: string | undefined;
  env: Env;
  storage: Partial<StorageEntry> | undefined;
  /** The same for a store that may be another than the usual one; absent: `storage` has the settings of all. */
  storageOf?(backend: Backend): Promise<Partial<StorageEntry>>;
  home: string;
  platform: NodeJS.Platform;
  prompt: Prompt;
  /** Milliseconds since the epoch. */
  now(): number;
  random(bytes: number): Uint8Array;
  /** What a person should know about the choice. */
  notify(text: string, level: 'detail' | 'info' | 'warning'): void;
  /** The network of a store that has one (session/http). Certificates and keys are PEM files. */
  reach(server: StoreServer): Fetch;
  signal: AbortSignal;
};

export type StoreServer = {
  url: string;
  /** Where the person wrote the URL, for hints. */
  setting: string;
  caFile: string | undefined;
  clientCert: string | undefined;
  clientKey: string | undefined;
  serverName: string | undefined;
  skipVerify: boolean;
  /** Milliseconds. */
  timeout: number;
};

const BACKENDS: readonly Backend[] = ['auto', 'keychain', 'windows', 'secretservice', 'vault', 'encrypted'];

/** The store that was asked for, by whoever asked first; `auto` if nobody did. Throws UsageError `unknown_backend`. */
export function askedBackend({
  flag,
  env,
  storage,
}: Pick<StoreOptions, 'flag' | 'env' | 'storage'>): Backend {
  const asked = flag ?? (env.MCP_CLI_TOKEN_BACKEND || undefined) ?? storage?.backend ?? 'auto';
  const backend = BACKENDS.find((known) => known === asked);
  if (backend !== undefined) return backend;
  const source = flag === undefined ? 'MCP_CLI_TOKEN_BACKEND' : '--token-backend';
  throw new UsageError('unknown_backend', `${source} names no token store that there is`, {
    hint: `one of: ${BACKENDS.join(', ')}`,
  });
}
