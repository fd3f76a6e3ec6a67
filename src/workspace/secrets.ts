// The stores of this machine, with the network that it may need.
import { readFile } from 'node:fs/promises';
import type { StorageEntry } from '../config/entry.ts';
import type { Deps, Fetch } from '../deps.ts';
import { ConfigError, StoreError } from '../errors.ts';
import type { StoreOptions, StoreServer } from '../store/choose.ts';
import type { Machine } from '../store/machine.ts';
import type { Secrets } from '../store/store.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Flags } from './flags.ts';
import { once } from './once.ts';

/** The stores of this machine. `closing` takes what has to be closed at the end. */
export async function openStores(
  deps: Deps,
  flags: Flags,
  closing: (() => Promise<void> | void)[],
  storage: StorageEntry | undefined,
  storageOf?: StoreOptions['storageOf'],
): Promise<Machine> {
  const { openMachine } = await import('../store/machine.ts');
  return openMachine({
    flag: flags.tokenBackend,
    env: deps.env,
    storage,
    ...(storageOf && { storageOf }),
    home: deps.home,
    platform: deps.platform,
    prompt: deps.prompt,
    now: deps.now,
    random: deps.random,
    signal: deps.signal,
    notify: (text, level) => tell(deps, flags, text, level),
    reach: (server) => reachStore(deps, flags, closing, server),
  });
}

/** The store of this run, of those that there are. */
export async function openSecrets(deps: Deps, flags: Flags, machine: Machine): Promise<Secrets> {
  const { openPlaces } = await import('../store/places.ts');
  return openPlaces(machine, (text, level) => tell(deps, flags, text, level));
}

/** What only the person's word is missing for, a path or consent, is no broken configuration. */
const UNSAID = new Set(['not_found', 'untrusted']);

/** A configuration that cannot be used, for who can do without one. Throws every other error. */
export function brokenConfig(error: unknown): ConfigError {
  if (error instanceof ConfigError && !UNSAID.has(error.code)) return error;
  throw error;
}

function tell(deps: Deps, flags: Flags, text: string, level: 'detail' | 'info' | 'warning'): void {
  const shown = level === 'warning' || (level === 'detail' ? flags.verbose : !flags.quiet);
  const line = `${level === 'warning' ? 'warning: ' : ''}${sanitize(text)}\n`;
  deps.err(shown ? line : '', line);
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
