import { CancelledError, CliError, StoreError } from '../errors.ts';
import { askedBackend } from '../store/choose.ts';
import type { Machine } from '../store/machine.ts';
import type { Moved } from '../store/move.ts';
import { TITLES } from '../store/open.ts';
import { recordKey, splitKey } from '../store/record-key.ts';
import type { StoreName } from '../store/store.ts';
import { isTokenKey, splitTokenKey } from '../store/token.ts';
import { note, print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { consent } from '../workspace/consent.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Told = {
  key: string;
  state: Moved['state'] | 'would_move' | 'failed' | 'not_tried';
  from?: StoreName;
  others?: StoreName[];
  error?: ErrorJson;
};

/** What is wrong with a store, not with one entry: the next one would fare no better. */
const HOPELESS = new Set([
  'wrong_password',
  'no_password',
  'bad_key',
  'key_file',
  'unavailable',
  'locked',
  'timed_out',
  'crashed',
  'unsafe_directory',
]);

/**
 * `token migrate`: moves what is stored, or the sign-ins of the servers that are named, to another store. An entry that
 * cannot be moved stays where it is, and the others are moved all the same; exit that of the first failure.
 */
export async function tokenMigrate(
  workspace: Workspace,
  named: string[],
  options: { to: string; dryRun?: boolean },
): Promise<void> {
  const { dryRun = false } = options;
  const given = askedBackend({ flag: options.to, env: {}, storage: undefined });
  const machine = await workspace.stores();
  const to = given === 'auto' ? (await machine.usual(true)).name : given;
  const keys = await keysOf(workspace, asked(workspace, named));
  const target = await machine.open(to);
  const told: Told[] = [];
  const failures: unknown[] = [];
  if (dryRun) for (const key of keys) told.push(await wouldMove(machine, key, to));
  else if (keys.length > 0) {
    await consent(
      workspace,
      `move to ${TITLES[to]}`,
      await leaving(machine, keys, to),
      'look at it first with --dry-run',
    );
    // Before anything is touched: the password, or what Vault allows.
    await target.ready();
    await moveAll(workspace, machine, { keys, to, told, failures });
  }
  show(workspace, to, told, dryRun);
  if (told.some(({ state }) => state === 'moved' || state === 'there'))
    await sayWhatIsUsed(workspace, machine, to);
  if (failures.length > 1) throw new AggregateError(failures, 'several entries could not be moved');
  if (failures.length === 1) throw failures[0];
}

async function keysOf(workspace: Workspace, names: string[]): Promise<string[]> {
  const { account } = workspace.flags;
  const stored = await listAll(workspace);
  if (names.length === 0) return stored;
  const found = new Set<string>();
  for (const name of names) {
    const of = (server: string) =>
      stored.filter((key) => {
        const owner = splitKey(key);
        return owner.server === server && (account === undefined || owner.account === account);
      });
    const own = of(name);
    // A name that is neither stored nor configured is a slip of the finger.
    const keys = own.length > 0 ? own : of((await workspace.entry(name)).name);
    for (const key of keys) found.add(key);
    if (keys.length === 0) note(workspace, `nothing is stored for ${recordKey(name, account)}`);
  }
  return [...found].sort();
}

/** What the store in use has, and what the index knows of the others. */
async function listAll(workspace: Workspace): Promise<string[]> {
  const machine = await workspace.stores();
  const listed = await (await workspace.store()).list();
  const files = await (await machine.open('encrypted')).list();
  const index = (await machine.registry.read()).keys();
  return [...new Set([...listed, ...files, ...index])].sort();
}

async function wouldMove(machine: Machine, key: string, to: StoreName): Promise<Told> {
  const [from = await machine.unknown()] = await machine.known(key);
  return from === to || from === undefined ? { key, state: 'there' } : { key, state: 'would_move', from };
}

/** What would leave its place, by name. */
async function leaving(machine: Machine, keys: string[], to: StoreName): Promise<string[]> {
  const would = await Promise.all(keys.map((key) => wouldMove(machine, key, to)));
  return would.filter(({ state }) => state === 'would_move').map(({ key }) => nameOf(key));
}

/** As `token list` and `auth list` name it. */
function nameOf(key: string): string {
  if (!isTokenKey(key)) return key;
  const { namespace, name } = splitTokenKey(key);
  return `${namespace}:${name}`;
}

type Round = { keys: string[]; to: StoreName; told: Told[]; failures: unknown[] };

async function moveAll(workspace: Workspace, machine: Machine, round: Round): Promise<void> {
  const { keys, to, told, failures } = round;
  const { moveEntry } = await import('../store/move.ts');
  const { signal } = workspace.deps;
  let over = false;
  for (const key of keys) {
    if (over || signal.aborted) {
      told.push({ key, state: 'not_tried' });
      continue;
    }
    try {
      const moved = await moveEntry(machine, key, to, signal);
      told.push({ key, ...moved });
      if (moved.from) note(workspace, `moved ${sanitize(nameOf(key))} from ${TITLES[moved.from]}`);
      for (const other of moved.others ?? [])
        note(workspace, `another sign-in of ${sanitize(nameOf(key))} stays in ${TITLES[other]}, unused`);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const cancelled = error instanceof CancelledError;
      over = error instanceof StoreError && HOPELESS.has(error.code);
      if (!cancelled) {
        if (!isTokenKey(key)) error.server ??= splitKey(key).server;
        failures.push(error);
      }
      told.push(cancelled ? { key, state: 'not_tried' } : { key, state: 'failed', error: errorJson(error) });
    }
  }
  if (signal.aborted) failures.push(new CancelledError());
}

const WORDS: Record<Told['state'], string> = {
  moved: 'moved',
  there: 'there already',
  absent: 'nothing there',
  would_move: 'would be moved',
  failed: 'not moved',
  not_tried: 'not tried',
};

function show(workspace: Workspace, to: StoreName, told: Told[], dryRun: boolean): void {
  const byName = (entries: Told[]) =>
    Object.fromEntries(entries.map(({ key, ...rest }) => [nameOf(key), rest]));
  const servers = byName(told.filter(({ key }) => !isTokenKey(key)));
  const tokens = byName(told.filter(({ key }) => isTokenKey(key)));
  const text = () =>
    told
      .map(({ key, state, from }) => `${sanitize(nameOf(key))}: ${WORDS[state]}${way(from, to)}\n`)
      .join('') || 'Nothing is stored.\n';
  print(workspace, {
    json: { to, ...(dryRun && { dryRun }), servers, tokens },
    items: told.map(({ key, ...rest }) => ({
      [isTokenKey(key) ? 'token' : 'server']: nameOf(key),
      to,
      ...rest,
    })),
    text,
    // What would be done is all that a look is for.
    quiet: dryRun ? text : () => '',
  });
}

function way(from: StoreName | undefined, to: StoreName): string {
  return from === undefined ? '' : `, from ${TITLES[from]} to ${TITLES[to]}`;
}

/** Moving what is there does not say where the next sign-in goes. */
async function sayWhatIsUsed(workspace: Workspace, machine: Machine, to: StoreName): Promise<void> {
  const { name } = await machine.usual();
  if (name === to) return;
  // Where all stores are looked into, nothing has to be done about it.
  if (machine.asked === 'auto' && workspace.flags.quiet) return;
  const rest =
    machine.asked === 'auto'
      ? `new sign-ins still go to ${TITLES[name]}`
      : `what is in effect still says ${name}, which does not look into ${TITLES[to]}`;
  workspace.deps.err(
    `${rest}; to use ${TITLES[to]} from now on: MCP_CLI_TOKEN_BACKEND=${to}, or "tokenStorage": {"backend": "${to}"}\n`,
  );
}
