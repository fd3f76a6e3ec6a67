// What the auth room gets for one server: its network, the store, the lock, and whether a person is there.

import { join } from 'node:path';
import type { AuthContext } from '../auth/context.ts';
import type { HttpEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import type { Way } from '../session/way.ts';
import type { WithLock } from '../store/lock.ts';
import { recordKey } from '../store/record-key.ts';
import type { Flags } from './flags.ts';
import { type InTurn, once } from './once.ts';
import type { Stage } from './stage.ts';

/** A person at an authorization server, with a password manager and a second factor. */
const LOGIN_TIMEOUT = 5 * 60_000;
const REQUEST_TIMEOUT = 30_000;
/** MCP authorization, Step-Up: no more than a few attempts. */
export const BROWSER_ROUNDS = 2;

/** What the servers of one command share. */
type Shared = Pick<AuthContext, 'store'> & {
  deps: Deps;
  flags: Flags;
  inTurn: InTurn;
  provided(entry: HttpEntry): Promise<AuthContext['fixedToken']>;
  stage: Stage;
  /** Takes what has to be closed at the end. */
  closing: (() => Promise<void> | void)[];
  took(way: Way): void;
};

export async function openAuth(shared: Shared, entry: HttpEntry): Promise<AuthContext> {
  const { deps, flags, store, inTurn, closing, took } = shared;
  const fixedToken = await shared.provided(entry);
  // A keyring takes a while to start: it does so beside all that comes before its first use, which tells its failure.
  const key = recordKey(entry.name, entry.account);
  if (!fixedToken)
    void store()
      .then((secrets) => secrets.prepare(key))
      .catch(() => undefined);
  const [{ openNetwork }, { openProgress }] = await Promise.all([
    import('./network.ts'),
    import('../ui/progress.ts'),
  ]);
  const http = openNetwork(deps, flags, entry, took);
  const progress = openProgress(
    {
      err: deps.err,
      stderr: deps.stderr,
      now: deps.now,
      quiet: flags.quiet,
      // Switched within a session.
      get verbose() {
        return flags.verbose;
      },
    },
    entry.account === undefined ? entry.name : `${entry.name} (${entry.account})`,
  );
  closing.push(http.close, progress.close);
  return {
    entry,
    http: http.fetch,
    begin: http.begin,
    mayVisit: http.mayVisit,
    store,
    withLock: lockOf(deps, store),
    inTurn,
    now: deps.now,
    random: deps.random,
    openUrl: deps.openUrl,
    signal: deps.signal,
    notify(event) {
      shared.stage.step(entry.name, event);
      progress.notify(event);
    },
    browser: flags.browser,
    get interactive() {
      return !shared.stage.idle() && isAttended(deps, flags);
    },
    device: flags.device,
    terminal: terminalOf(deps, flags),
    rounds: { left: BROWSER_ROUNDS },
    fixedToken,
    proofs: new Map(),
    requestTimeout: entry.timeout ?? REQUEST_TIMEOUT,
    loginTimeout: flags.loginTimeout ?? LOGIN_TIMEOUT,
    variable: (name) => deps.env[name],
  };
}

/** A browser opens only where somebody can be expected to look at it; scripts and CI never hang on a sign-in. */
function isAttended(deps: Deps, flags: Flags): boolean {
  return obstacle(deps, flags) === undefined && (Boolean(deps.env.BROWSER) || deps.stderr.isTTY);
}

function terminalOf({ prompt }: Deps, flags: Flags): AuthContext['terminal'] {
  if (!prompt.available) return undefined;
  return flags.yes ? { ...prompt, confirm: async () => true } : prompt;
}

/** What keeps a sign-in from starting wherever it is typed: a flag, or a variable of the environment. */
export function obstacle({ env }: Deps, flags: Flags): string | undefined {
  if (flags.nonInteractive) return '--non-interactive';
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false' ? 'CI in the environment' : undefined;
}

/** This machine's lock, and inside it, for what a shared store is to agree on, the store's own. */
function lockOf(deps: Deps, store: AuthContext['store']): WithLock {
  const lock = once(async () => {
    const { createLock } = await import('../store/lock.ts');
    return createLock({
      dir: join(deps.home, '.mcp_cli', 'tokens'),
      platform: deps.platform,
      random: deps.random,
    });
  });
  return async (name, options, work) =>
    (await lock())(name, options, async (own) => {
      const { lease } = options.everywhere ? await store() : {};
      if (!lease) return work(own);
      return lease(name, options, ({ recovered }) => work({ recovered: recovered || own.recovered }));
    });
}
