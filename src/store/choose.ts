// Which store: --token-backend, MCP_CLI_TOKEN_BACKEND, the configuration, else what this machine offers.
// Only `auto` may choose, and a store that was asked for by name is never replaced by a weaker one.
import type { Backend, StorageEntry } from '../config/entry.ts';
import type { Env, Prompt } from '../deps.ts';
import { StoreError, UsageError } from '../errors.ts';
import { openEncryptedStore } from './encrypted.ts';
import type { SecretStore, StoreName } from './store.ts';

export type StoreOptions = {
  /** `--token-backend`. */
  flag: string | undefined;
  env: Env;
  storage: StorageEntry | undefined;
  home: string;
  platform: NodeJS.Platform;
  prompt: Prompt;
  random(bytes: number): Uint8Array;
  /** What a person should know about the choice. */
  notify(text: string, level: 'detail' | 'info' | 'warning'): void;
};

const BACKENDS: readonly Backend[] = ['auto', 'keychain', 'windows', 'secretservice', 'vault', 'encrypted'];

/**
 * The store of this run. Throws UsageError `unknown_backend`, StoreError `unavailable` and whatever opening it throws.
 */
export async function openStore(options: StoreOptions): Promise<SecretStore> {
  const chosen = chooseBackend(options);
  if (chosen !== 'encrypted') throw unavailable(chosen);
  return openEncryptedStore(options);
}

/** The decision alone: a concrete store, not yet known to work. */
export function chooseBackend(options: Pick<StoreOptions, 'flag' | 'env' | 'storage'>): StoreName {
  const { flag, env, storage } = options;
  const asked = flag ?? (env.MCP_CLI_TOKEN_BACKEND || undefined) ?? storage?.backend ?? 'auto';
  const backend = BACKENDS.find((known) => known === asked);
  if (backend === undefined) {
    const source = flag === undefined ? 'MCP_CLI_TOKEN_BACKEND' : '--token-backend';
    throw new UsageError('unknown_backend', `${source} names no token store that there is`, {
      hint: `one of: ${BACKENDS.join(', ')}`,
    });
  }
  if (backend !== 'auto') return backend;

  // A team's Vault holds the sign-in that its machines share: a second one in a file would fight it for the refresh token.
  const address = storage?.vaultUrl || env.VAULT_ADDR;
  const token = storage?.vaultToken || env.VAULT_TOKEN;
  if (address && token) {
    throw new StoreError('unavailable', 'Vault is configured, and Vault storage is not in this version yet', {
      hint: 'to use an encrypted file on this machine instead: --token-backend encrypted',
    });
  }
  return 'encrypted';
}

const TITLES: Record<StoreName, string> = {
  keychain: 'the macOS Keychain',
  windows: 'the Windows Credential Manager',
  secretservice: 'the Secret Service',
  vault: 'Vault storage',
  encrypted: 'the encrypted file',
};

function unavailable(name: StoreName): StoreError {
  return new StoreError('unavailable', `${TITLES[name]} is not in this version yet`, {
    hint: 'use an encrypted file on this machine instead: --token-backend encrypted',
  });
}
