// What a command works with: configuration, store, network, sessions, each opened on first use and closed once.
// Together with the commands it is the only part that runs `config`.
import type { AuthContext, FixedToken } from '../auth/context.ts';
import type { Config } from '../config/config.ts';
import type { HttpEntry, ServerEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../session/session.ts';
import type { Way } from '../session/way.ts';
import type { Machine } from '../store/machine.ts';
import type { Secrets } from '../store/store.ts';
import { BROWSER_ROUNDS, openAuth } from './auth.ts';
import type { Flags } from './flags.ts';
import { once, queue } from './once.ts';
import { openQuestions } from './questions.ts';
import { openSecrets, openStores } from './secrets.ts';
import { type Attach, openStage } from './stage.ts';

export type Workspace = {
  deps: Deps;
  flags: Flags;
  /** Every configured server's name, in the file's order. */
  names(): Promise<string[]>;
  /** Expanded and checked; throws UsageError `unknown_server` with the nearest name. Accepts URLs. */
  entry(name: string): Promise<ServerEntry>;
  /** What somebody provides from outside for this server: it beats the store and starts no OAuth. */
  provided(entry: HttpEntry): Promise<FixedToken | undefined>;
  store(): Promise<Secrets>;
  /** For a command that can do without it: a secret is asked for once, with this word that Enter skips it. */
  secretOnce(why: string): void;
  /** While `work` runs nobody is asked anything. */
  unasked<T>(work: () => Promise<T>): Promise<T>;
  /** The store that flags, environment and machine say, without a look at the configuration. */
  usualStore(): Promise<Secrets>;
  /** Every store that this machine may have, each with its own settings. */
  stores(): Promise<Machine>;
  /** The same, without a look at the configuration. */
  usualStores(): Promise<Machine>;
  /** One a server and command: what it learned, and how often it may still ask, belongs to the command. */
  auth(entry: HttpEntry): Promise<AuthContext>;
  /** `unasked`: with a stream for updates of a resource and the like. `recalling`: what it said of itself lately will do. */
  connect(entry: ServerEntry, unasked?: boolean, recalling?: boolean): Promise<Session>;
  /** From now on what is told goes there, and nobody is asked or signed in while the session waits for a line. */
  attach: Attach;
  /** In an interactive session each line is a command of its own, and may ask as often as one. */
  nextCommand(): Promise<void>;
  /** Every hop over the network so far, in the order they were first taken. */
  ways: readonly Way[];
  close(): Promise<void>;
};

const REQUEST_TIMEOUT = 30_000;
/** Cells. */
const LONGEST_WARNING = 400;

export function openWorkspace(given: Deps, flags: Flags): Workspace {
  const { prompt, secretOnce, unasked } = openQuestions(given.prompt, flags.nonInteractive);
  const stage = openStage(given.err);
  // Getters stay getters: stdin is opened by reading it, and most commands never do.
  const deps = Object.defineProperties({} as Deps, {
    ...Object.getOwnPropertyDescriptors(given),
    prompt: { value: prompt, enumerable: true },
    err: { value: stage.err, enumerable: true },
  });
  const closing: (() => Promise<void> | void)[] = [];
  const ways: Way[] = [];
  const around = { closing, took: (way: Way) => void ways.push(way) };
  const contexts = new Map<string, Promise<AuthContext>>();
  const config = once(() => readConfig(deps, flags));
  const stores = once(async () => {
    const { storage } = await config();
    const asked = flags.tokenBackend ?? (deps.env.MCP_CLI_TOKEN_BACKEND || undefined);
    return openStores(deps, flags, around, await storage(asked), storage);
  });
  const usualStores = once(() => openStores(deps, flags, around, undefined));
  const store = once(async () => openSecrets(deps, flags, await stores()));
  const provided = async (entry: HttpEntry) => {
    const { providedToken } = await import('../config/provided.ts');
    return providedToken(entry, await configuredNames(config, entry), deps.env);
  };
  const asked = once(async () => {
    const { openAsked } = await import('./asked.ts');
    return openAsked(workspace, stage);
  });
  const shared = { deps, flags, store, provided, inTurn: queue(), ...around, stage };

  const workspace: Workspace = {
    deps,
    flags,
    names: async () => (await config()).names(),
    entry: (name) => findEntry(name, config, flags),
    provided,
    store,
    secretOnce,
    unasked,
    ways,
    usualStore: async () => openSecrets(deps, flags, await usualStores()),
    stores,
    usualStores,
    auth(entry) {
      const key = JSON.stringify([entry.name, entry.url, entry.account]);
      const opened = contexts.get(key) ?? openAuth(shared, entry);
      contexts.set(key, opened);
      return opened;
    },
    async connect(entry, unasked = false, recalling = false) {
      // What is wrong with the answers is said before a server is asked.
      const answering = await asked();
      const whole = entry.withTokens
        ? await (await import('./tokens.ts')).withStoredTokens(entry, store, deps.now)
        : entry;
      const auth = entry.kind === 'http' ? await workspace.auth(entry) : undefined;
      // Meanwhile the SDK is loaded.
      auth?.begin();
      const [
        { openSession },
        { openBearer },
        { askedLevel, logLine },
        { sanitize },
        { mask },
        { cut },
        version,
        { openMemory },
      ] = await Promise.all([
        import('../session/open.ts'),
        import('../auth/bearer.ts'),
        import('../ui/server-log.ts'),
        import('../ui/sanitize.ts'),
        import('../ui/redact.ts'),
        import('../ui/width.ts'),
        import('../version.ts'),
        import('./memory.ts'),
      ]);
      const level = askedLevel(flags);
      return openSession({
        entry: whole,
        bearer: auth && openBearer(auth),
        signal: deps.signal,
        clientInfo: { name: 'mcp-cli', version: version.version() },
        timeout: entry.timeout ?? REQUEST_TIMEOUT,
        ...(await answering(auth)),
        logs: {
          level,
          told(message) {
            const [line, logged] = [flags, { ...flags, verbose: true, quiet: false }].map((each) => {
              const text = logLine(entry.name, message, each);
              return text === undefined ? '' : `${mask(text, whole.secrets ?? [])}\n`;
            });
            deps.err(line ?? '', logged);
          },
        },
        warn(text) {
          const line = `warning: ${cut(sanitize(text), LONGEST_WARNING)}\n`;
          deps.err(flags.quiet ? '' : line, line);
        },
        // Servers of the older revisions send there what belongs to no request, messages as well.
        unasked: unasked || level !== undefined,
        memory: openMemory(deps, entry, recalling),
      });
    },
    attach: stage.attach,
    async nextCommand() {
      for (const opened of await Promise.allSettled(contexts.values()))
        if (opened.status === 'fulfilled') opened.value.rounds.left = BROWSER_ROUNDS;
    },
    async close() {
      for (const close of closing.splice(0)) await close();
    },
  };
  return workspace;
}

async function readConfig(deps: Deps, flags: Flags): Promise<Config> {
  const [{ openConfig }, { openingOf }] = await Promise.all([
    import('../config/config.ts'),
    import('./opening.ts'),
  ]);
  return openConfig(openingOf(deps, flags));
}

/** A URL needs no configuration: nothing is read, nothing is trusted. */
async function findEntry(name: string, config: () => Promise<Config>, flags: Flags): Promise<ServerEntry> {
  const { entryFromUrl, isUrl } = await import('../config/adhoc.ts');
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
