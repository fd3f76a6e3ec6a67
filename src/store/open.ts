// One store by its name, and no other in its place.
import { StoreError } from '../errors.ts';
import type { StoreOptions, StoreServer } from './choose.ts';
import { openEncryptedStore } from './encrypted.ts';
import type { Engine } from './keyring/engine.ts';
import { TITLES as KEYRINGS } from './keyring/failure.ts';
import type { Registry } from './registry.ts';
import type { SecretStore, StoreName } from './store.ts';
import { type VaultSettings, vaultSettings } from './vault/settings.ts';

export const TITLES: Record<StoreName, string> = {
  ...KEYRINGS,
  vault: 'Vault',
  encrypted: 'the encrypted file',
};

/** Throws StoreError `unavailable` and whatever opening it throws. */
export async function openBackend(
  name: StoreName,
  options: StoreOptions,
  registry: Registry,
  engine?: Engine,
): Promise<SecretStore> {
  if (name === 'encrypted') return openEncryptedStore(options);
  if (name === 'vault') return noted(await openVault(options), registry);
  const { openKeyringStore } = await import('./keyring/store.ts');
  return openKeyringStore({ ...options, name, attended: options.prompt.available }, engine);
}

/** A shared store does not know who writes to it: this machine's index has to be told from here. */
function noted(store: SecretStore, registry: Registry): SecretStore {
  return {
    ...store,
    async set(key, value) {
      await store.set(key, value);
      await registry.note(key, { backend: store.name });
    },
    async delete(key) {
      const deleted = await store.delete(key);
      await registry.forget(key, store.name);
      return deleted;
    },
  };
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
