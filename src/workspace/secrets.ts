// The store of this run, with the network that it may need.
import { readFile } from 'node:fs/promises';
import type { StorageEntry } from '../config/entry.ts';
import type { Deps, Fetch } from '../deps.ts';
import { StoreError } from '../errors.ts';
import type { StoreServer } from '../store/choose.ts';
import type { SecretStore } from '../store/store.ts';
import type { Flags } from './flags.ts';
import { once } from './once.ts';

/** `closing` takes what has to be closed at the end. */
export async function openSecrets(
  deps: Deps,
  flags: Flags,
  closing: (() => Promise<void> | void)[],
  storage: StorageEntry | undefined,
): Promise<SecretStore> {
  const { openStore } = await import('../store/choose.ts');
  return openStore({
    flag: flags.tokenBackend,
    env: deps.env,
    storage,
    home: deps.home,
    platform: deps.platform,
    prompt: deps.prompt,
    random: deps.random,
    signal: deps.signal,
    notify: (text, level) => {
      if (level === 'warning' || !flags.quiet) deps.err(`${level === 'warning' ? 'warning: ' : ''}${text}\n`);
    },
    reach: (server) => reachStore(deps, flags, closing, server),
  });
}

function reachStore(
  deps: Deps,
  flags: Flags,
  closing: (() => Promise<void> | void)[],
  server: StoreServer,
): Fetch {
  const http = once(async () => {
    const { openHttp } = await import('../session/http.ts');
    const opened = openHttp({
      fetch: deps.fetch,
      serverUrl: server.url,
      setting: server.setting,
      allowHttp: false,
      allowPrivateNetwork: false,
      caFiles: [flags.caFile, server.caFile],
      tls: () => tlsOf(server),
      timeout: server.timeout,
      env: deps.env,
    });
    closing.push(opened.close);
    return opened.fetch;
  });
  return async (url, init) => (await http())(url, init);
}

async function tlsOf({ clientCert, clientKey, serverName, skipVerify }: StoreServer) {
  const [cert, key] = await Promise.all([pem(clientCert), pem(clientKey)]);
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(skipVerify && { rejectUnauthorized: false as const }),
  };
}

async function pem(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StoreError('vault_settings', `the client certificate for Vault cannot be read: ${file}`, {
      hint: 'check VAULT_CLIENT_CERT and VAULT_CLIENT_KEY',
      cause,
    });
  });
}
