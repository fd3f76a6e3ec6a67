// What a command works with: configuration, store, network, sessions, each opened on first use and closed once.
// Together with the commands it is the only part that runs `config`.

import { join } from 'node:path';
import type { AuthContext, FixedToken } from './auth/context.ts';
import type { Config } from './config/config.ts';
import type { HttpEntry, ServerEntry } from './config/entry.ts';
import type { Deps } from './deps.ts';
import type { Http } from './session/http.ts';
import type { Session } from './session/session.ts';
import type { WithLock } from './store/lock.ts';
import type { SecretStore } from './store/store.ts';
import type { Progress } from './ui/progress.ts';

/** The root flags, parsed. */
export type Flags = {
  configFile: string | undefined;
  /** From `--server a,b`: names, or URLs. */
  servers: string[];
  account: string | undefined;
  format: 'text' | 'json' | 'ndjson';
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
  browser: boolean;
  nonInteractive: boolean;
  tokenBackend: string | undefined;
  /** Milliseconds. */
  timeout: number | undefined;
  protocol: 'auto' | 'legacy' | 'modern' | undefined;
  caFile: string | undefined;
};

export type Workspace = {
  deps: Deps;
  flags: Flags;
  /** Every configured server's name, in the file's order. */
  names(): Promise<string[]>;
  /** Expanded and checked; throws UsageError `unknown_server` with the nearest name. Accepts URLs. */
  entry(name: string): Promise<ServerEntry>;
  /** What somebody provides from outside for this server: it beats the store and starts no OAuth. */
  provided(entry: HttpEntry): Promise<FixedToken | undefined>;
  store(): Promise<SecretStore>;
  /** One a server and command: what it learned, and how often it may still ask, belongs to the command. */
  auth(entry: HttpEntry): Promise<AuthContext>;
  connect(entry: ServerEntry): Promise<Session>;
  close(): Promise<void>;
};

/** A person at an authorization server, with a password manager and a second factor. */
const LOGIN_TIMEOUT = 5 * 60_000;
const REQUEST_TIMEOUT = 30_000;
/** MCP authorization, Step-Up: no more than a few attempts. */
const BROWSER_ROUNDS = 2;

export function openWorkspace(deps: Deps, flags: Flags): Workspace {
  const closing: (() => Promise<void> | void)[] = [];
  const contexts = new Map<string, Promise<AuthContext>>();
  const config = once(() => readConfig(deps, flags));
  const store = once(async () => openSecrets(deps, flags, await config()));

  const workspace: Workspace = {
    deps,
    flags,
    names: async () => (await config()).names(),
    entry: (name) => findEntry(name, config, flags),
    provided: async (entry) => {
      const { providedToken } = await import('./config/provided.ts');
      return providedToken(entry, await configuredNames(config, entry), deps.env);
    },
    store,
    auth(entry) {
      const key = JSON.stringify([entry.name, entry.url, entry.account]);
      const opened = contexts.get(key) ?? openAuth(workspace, entry, closing);
      contexts.set(key, opened);
      return opened;
    },
    async connect(entry) {
      const [{ openSession }, { openBearer }, version] = await Promise.all([
        import('./session/open.ts'),
        import('./auth/bearer.ts'),
        import('./version.ts'),
      ]);
      const auth = entry.kind === 'http' ? await workspace.auth(entry) : undefined;
      return openSession({
        entry,
        bearer: auth && openBearer(auth),
        http: auth?.http,
        signal: deps.signal,
        clientInfo: { name: 'mcp-cli', version: version.version() },
        timeout: entry.timeout ?? REQUEST_TIMEOUT,
      });
    },
    async close() {
      for (const close of closing.splice(0)) await close();
    },
  };
  return workspace;
}

async function readConfig(deps: Deps, flags: Flags): Promise<Config> {
  const { openConfig } = await import('./config/config.ts');
  return openConfig({
    flag: flags.configFile,
    env: deps.env,
    cwd: deps.cwd,
    home: deps.home,
    platform: deps.platform,
    prompt: deps.prompt,
    warn: (text) => deps.err(`warning: ${text}\n`),
    show: (text) => deps.err(`${text}\n`),
  });
}

/** A URL needs no configuration: nothing is read, nothing is trusted. */
async function findEntry(name: string, config: () => Promise<Config>, flags: Flags): Promise<ServerEntry> {
  const { entryFromUrl, isUrl } = await import('./config/adhoc.ts');
  const entry = isUrl(name) ? entryFromUrl(name) : await (await config()).entry(name);
  return {
    ...entry,
    account: flags.account ?? entry.account,
    timeout: flags.timeout ?? entry.timeout,
    protocol: flags.protocol ?? entry.protocol,
  };
}

async function configuredNames(config: () => Promise<Config>, entry: HttpEntry): Promise<string[]> {
  return entry.origin === '--server' ? [] : (await config()).names();
}

async function openSecrets(deps: Deps, flags: Flags, config: Config): Promise<SecretStore> {
  const { openStore } = await import('./store/choose.ts');
  return openStore({
    flag: flags.tokenBackend,
    env: deps.env,
    storage: await config.storage(flags.tokenBackend),
    home: deps.home,
    platform: deps.platform,
    prompt: deps.prompt,
    random: deps.random,
    notify: (text) => deps.err(`${text}\n`),
  });
}

async function openAuth(
  workspace: Workspace,
  entry: HttpEntry,
  closing: (() => Promise<void> | void)[],
): Promise<AuthContext> {
  const { deps, flags, store } = workspace;
  const [{ openHttp }, { openProgress }] = await Promise.all([
    import('./session/http.ts'),
    import('./ui/progress.ts'),
  ]);
  const http: Http = openHttp({
    fetch: deps.fetch,
    serverUrl: entry.url,
    allowHttp: entry.allowHttp,
    allowPrivateNetwork: entry.allowPrivateNetwork,
    caFile: flags.caFile,
    timeout: entry.timeout,
    env: deps.env,
  });
  const progress: Progress = openProgress(
    {
      err: deps.err,
      stderr: deps.stderr,
      now: deps.now,
      quiet: flags.quiet,
      verbose: flags.verbose,
    },
    entry.name,
  );
  closing.push(http.close, progress.close);
  return {
    entry,
    http: http.fetch,
    store,
    withLock: lazyLock(deps),
    now: deps.now,
    random: deps.random,
    openUrl: deps.openUrl,
    signal: deps.signal,
    notify: progress.notify,
    ...attendance(deps, flags),
    rounds: { left: BROWSER_ROUNDS },
    fixedToken: await workspace.provided(entry),
    loginTimeout: LOGIN_TIMEOUT,
  };
}

/** A browser opens only where somebody can be expected to look at it; scripts and CI never hang on a sign-in. */
function attendance(deps: Deps, flags: Flags): Pick<AuthContext, 'interactive' | 'browser'> {
  const ci = deps.env['CI'] !== undefined && deps.env['CI'] !== '' && deps.env['CI'] !== 'false';
  const watched = Boolean(deps.env['BROWSER']) || deps.stderr.isTTY;
  return { interactive: !flags.nonInteractive && !ci && watched, browser: flags.browser };
}

function lazyLock(deps: Deps): WithLock {
  const lock = once(async () => {
    const { createLock } = await import('./store/lock.ts');
    return createLock({
      dir: join(deps.home, '.mcp_cli', 'tokens'),
      platform: deps.platform,
      random: deps.random,
    });
  });
  return async (name, options, work) => (await lock())(name, options, work);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
