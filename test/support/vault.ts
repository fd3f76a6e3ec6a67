// A Vault store against a server of vault-server.ts, over the program's own network.

import type { StorageEntry } from '../../src/config/entry.ts';
import type { Env, Fetch } from '../../src/deps.ts';
import { fetchWithin as fetch } from '../../src/fetch.ts';
import { openHttp } from '../../src/session/http.ts';
import type { SecretStore } from '../../src/store/store.ts';
import { vaultSettings } from '../../src/store/vault/settings.ts';
import { openVaultStore } from '../../src/store/vault/store.ts';
import { certificateFile } from './loopback.ts';
import { random } from './store.ts';

export type VaultClient = SecretStore & Required<Pick<SecretStore, 'lease'>> & { end(): Promise<void> };

/** One client of it, as one process would open it. */
export function vaultClient(env: Env, storage: Partial<StorageEntry> = {}, home = '/nowhere'): VaultClient {
  const settings = vaultSettings(storage, env, true);
  if (!settings) throw new Error('no Vault is set up');
  const http = openHttp({
    fetch: fetch as unknown as Fetch,
    serverUrl: settings.address,
    allowHttp: false,
    allowPrivateNetwork: false,
    caFiles: [{ setting: '--ca-file', file: certificateFile }],
    timeout: settings.timeout,
    env: {},
  });
  const { signal } = new AbortController();
  const store = openVaultStore({ settings, http: http.fetch, home, random, signal });
  return { ...(store as VaultClient), end: http.close };
}
