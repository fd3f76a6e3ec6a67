// Which store: --token-backend, MCP_CLI_TOKEN_BACKEND, the configuration, else what this machine offers.
// Only `auto` may choose, and a store that was asked for by name is never replaced by a weaker one.
import type { Backend, StorageEntry } from '../config/entry.ts';
import type { Env, Fetch, Prompt } from '../deps.ts';
import { StoreError, UsageError } from '../errors.ts';
import { openEncryptedStore } from './encrypted.ts';
import type { SecretStore, StoreName } from './store.ts';
import { type VaultSettings, vaultSettings } from './vault/settings.ts';

export type StoreOptions = {
  /** `--token-backend`. */
  flag: string | undefined;
  env: Env;
  storage: Partial<StorageEntry> | undefined;
  home: string;
  platform: NodeJS.Platform;
  prompt: Prompt;
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

/**
 * The store of this run. Throws UsageError `unknown_backend`, StoreError `unavailable` and whatever opening it throws.
 */
export async function openStore(options: StoreOptions): Promise<SecretStore> {
  const chosen = chooseBackend(options);
  if (chosen === 'encrypted') return openEncryptedStore(options);
  if (chosen === 'vault') return openVault(options);
  const { openKeyringStore } = await import('./keyring/store.ts');
  return openKeyringStore({ ...options, name: chosen, attended: options.prompt.available });
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
  if (vaultSettings(storage, env, false)) return 'vault';
  return 'encrypted';
}

async function openVault(options: StoreOptions): Promise<SecretStore> {
  const { storage, env, home, random, signal } = options;
  const settings = vaultSettings(storage, env, true);
  if (!settings) {
    throw new StoreError('unavailable', 'Vault is asked for, and nobody says where it is', {
      hint: 'set VAULT_ADDR, or tokenStorage.vaultUrl in the configuration\nor keep tokens on this machine: --token-backend encrypted',
    });
  }
  if (settings.skipVerify)
    options.notify('VAULT_SKIP_VERIFY: anybody on the way can read the tokens', 'warning');
  const { openVaultStore } = await import('./vault/store.ts');
  return openVaultStore({ settings, http: options.reach(server(settings, storage)), home, random, signal });
}

function server(settings: VaultSettings, storage: StoreOptions['storage']): StoreServer {
  const setting = storage?.vaultUrl ? 'tokenStorage.vaultUrl' : 'VAULT_ADDR';
  return { ...settings, url: settings.address, setting };
}
