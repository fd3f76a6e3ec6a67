// The stores of this machine, with the network that it may need.
import type { StorageEntry } from '../config/entry.ts';
import type { Deps, Fetch } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import type { Way } from '../session/way.ts';
import type { StoreOptions, StoreServer } from '../store/choose.ts';
import type { Machine } from '../store/machine.ts';
import type { Secrets } from '../store/store.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Flags } from './flags.ts';
import { once } from './once.ts';

/** `closing` takes what has to be closed at the end; `took` is told of each hop. */
type Around = { closing: (() => Promise<void> | void)[]; took(way: Way): void };

/** The stores of this machine. */
export async function openStores(
  deps: Deps,
  flags: Flags,
  around: Around,
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
    reach: (server) => reachStore(deps, flags, around, server),
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

function reachStore(deps: Deps, flags: Flags, { closing, took }: Around, server: StoreServer): Fetch {
  const { caFile, clientCert, clientKey, serverName: servername, skipVerify } = server;
  const http = once(async () => {
    const [{ openHttp }, { caFilesOf }] = await Promise.all([
      import('../session/http.ts'),
      import('./network.ts'),
    ]);
    const opened = openHttp({
      fetch: deps.fetch,
      hop: 'Vault',
      serverUrl: server.url,
      setting: server.setting,
      allowHttp: false,
      allowPrivateNetwork: false,
      caFiles: [
        ...caFilesOf(flags),
        ...(caFile === undefined ? [] : [{ setting: 'VAULT_CACERT or vault_ca_file', file: caFile }]),
      ],
      clientCertificate:
        clientCert === undefined
          ? undefined
          : { cert: clientCert, key: clientKey, setting: 'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY' },
      tls: {
        ...(servername !== undefined && { servername }),
        ...(skipVerify && { rejectUnauthorized: false as const }),
      },
      timeout: server.timeout,
      env: deps.env,
      took,
    });
    closing.push(opened.close);
    return opened.fetch;
  });
  return async (url, init) => (await http())(url, init);
}
