import type { ServerEntry } from '../config/entry.ts';
import { CancelledError, CliError, ConfigError, StoreError, UsageError } from '../errors.ts';
import { recordKey, splitKey } from '../store/record.ts';
import type { Secrets } from '../store/store.ts';
import { note, print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { brokenConfig } from '../workspace/secrets.ts';
import { asked, signInEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Revoked = 'revoked' | 'not_supported' | 'failed' | 'nothing';
type Forgotten = { key: string; deleted: boolean; revoked: Revoked; error?: ErrorJson };

/** `auth logout`: revokes and forgets the tokens, keeps the client registration. */
export async function authLogout(workspace: Workspace, named: string[]): Promise<void> {
  const { signOut } = await import('../auth/forget.ts');
  const done: Forgotten[] = [];
  const failures: unknown[] = [];
  const names = await targets(workspace, named);
  for (const name of names) {
    try {
      const entry = await signInEntry(workspace, name);
      const { had, revoked } = await signOut(await workspace.auth(entry), { keepRegistration: true });
      done.push({ key: recordKey(entry.name, entry.account), deleted: had, revoked });
      await sayWhatStays(workspace, entry);
    } catch (error) {
      if (names.length === 1 || !(error instanceof CliError) || error instanceof CancelledError) throw error;
      error.server ??= name;
      failures.push(error);
      done.push({ key: name, deleted: false, revoked: 'nothing', error: errorJson(error) });
    }
  }
  show(workspace, done, 'signed out of', names.length === 1);
  verdict(done, failures);
}

/**
 * `auth reset`: forgets everything about the servers, or about all. Deletes without reading, so a lost password, a
 * locked store, a broken configuration or no network does not stop it; what could not be revoked or deleted is named,
 * exit 6.
 */
export async function authReset(workspace: Workspace, named: string[]): Promise<void> {
  const names = asked(workspace, named);
  const { store, broken } = await storeOf(workspace);
  const stored = await store.list().catch((error: unknown) => {
    // A store that cannot be listed can still delete what is named.
    if (names.length > 0 && error instanceof StoreError) return undefined;
    throw error;
  });
  if (names.length === 0 && stored?.length) await consent(workspace, stored);
  const aims = new Map<string, string>();
  if (names.length === 0) for (const key of stored ?? []) aims.set(key, splitKey(key).server);
  for (const name of names) for (const key of await keysOf(workspace, name, stored)) aims.set(key, name);
  const done: Forgotten[] = [];
  // A record beside its namesake is found only while that one is there (auth/keep).
  const beside = (key: string) => Number(splitKey(key).variant !== undefined);
  const inOrder = [...aims].sort(([one], [other]) => beside(other) - beside(one));
  for (const [key, name] of inOrder) done.push(await forget(workspace, store, key, name));
  // It may lie where the configuration says, which nobody can tell: that is not "nothing was stored".
  if (broken && !done.some((each) => each.deleted)) throw broken;
  if (broken) note(workspace, `the configuration cannot be used: ${errorJson(broken).message}`);
  show(workspace, done, 'forgot', names.length === 1);
  for (const name of new Set([...names, ...aims.values()])) {
    // What cannot be read has been told of already.
    const entry = await workspace.entry(name).catch(() => undefined);
    if (entry) await sayWhatStays(workspace, entry);
  }
  verdict(done, undeleted(done));
}

/** The configured store; with a configuration that cannot be used, the usual one, and why. */
async function storeOf(workspace: Workspace): Promise<{ store: Secrets; broken?: ConfigError }> {
  try {
    return { store: await workspace.store() };
  } catch (error) {
    return { broken: brokenConfig(error), store: await workspace.usualStore() };
  }
}

/** A token from outside is not ours to forget; who wants to be signed out must know of it. */
async function sayWhatStays(workspace: Workspace, entry: ServerEntry): Promise<void> {
  if (entry.kind !== 'http') return;
  const given = await workspace.provided(entry);
  if (given) note(workspace, `${entry.name} can still be used: ${given.source} holds a token`);
}

function undeleted(done: Forgotten[]): StoreError[] {
  const kept = done.filter((each) => each.error);
  if (kept.length === 0) return [];
  const hint = kept.flatMap((each) => each.error?.hint ?? []).join('\n') || undefined;
  return [
    new StoreError('not_deleted', `could not delete: ${kept.map((each) => each.key).join(', ')}`, { hint }),
  ];
}

async function consent(workspace: Workspace, stored: string[]): Promise<void> {
  const { deps, flags } = workspace;
  if (flags.yes) return;
  const what = stored.map((key) => sanitize(key)).join(', ');
  if (!deps.prompt.available || flags.nonInteractive) {
    throw new UsageError('confirmation_needed', `this would forget every sign-in: ${what}`, {
      hint: 'add --yes, or name the servers to forget',
    });
  }
  if (!(await deps.prompt.confirm(`Forget every sign-in (${what})?`, false))) throw new CancelledError();
}

/** What is stored for one server, which a URL may name too: the account that was named, or all of them. */
async function keysOf(workspace: Workspace, name: string, stored: string[] | undefined): Promise<string[]> {
  const { account } = workspace.flags;
  const of = (server: string) => {
    if (stored === undefined) return [recordKey(server, account)];
    return stored.filter((key) => {
      const owner = splitKey(key);
      return owner.server === server && (account === undefined || owner.account === account);
    });
  };
  const found = of(name);
  if (stored !== undefined && found.length > 0) return found;
  try {
    // A name that is neither stored nor configured is a slip of the finger.
    return of((await workspace.entry(name)).name);
  } catch (error) {
    const gone = error instanceof ConfigError || (stored === undefined && error instanceof UsageError);
    if (!gone) throw error;
    return found;
  }
}

async function forget(workspace: Workspace, store: Secrets, key: string, name: string): Promise<Forgotten> {
  const revoked = await revoke(workspace, key, name);
  try {
    const deleted = await store.delete(key);
    return { key, deleted: deleted || revoked.had, revoked: revoked.revoked };
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof CancelledError) throw error;
    return { key, deleted: false, revoked: revoked.revoked, error: errorJson(error) };
  }
}

/** Revokes where that can be done. Whatever stands in the way, the deletion comes next. */
async function revoke(
  workspace: Workspace,
  key: string,
  name: string,
): Promise<{ had: boolean; revoked: Revoked }> {
  try {
    // Of what is not configured, nobody knows whom to ask: its tokens die with the record.
    const entry = await workspace.entry(name);
    if (entry.kind !== 'http') return { had: false, revoked: 'nothing' };
    const { account } = splitKey(key);
    const { signOut } = await import('../auth/forget.ts');
    return await signOut(await workspace.auth({ ...entry, account }), { keepRegistration: false, only: key });
  } catch (error) {
    if (error instanceof CancelledError || workspace.deps.signal.aborted) throw error;
    return { had: false, revoked: 'failed' };
  }
}

function show(workspace: Workspace, done: Forgotten[], verb: string, alone: boolean): void {
  const told = done.map(({ key, ...rest }) => ({ server: key, ...rest }));
  print(workspace, {
    json:
      alone && told.length === 1
        ? told[0]
        : { servers: Object.fromEntries(told.map((each) => [each.server, each])) },
    items: told,
    text: () =>
      done.some((each) => each.deleted)
        ? done.flatMap((each) => (each.deleted ? `${verb} ${sanitize(each.key)}\n` : [])).join('')
        : 'Nothing was stored.\n',
  });
}

/** Throws what failed; if nothing did, what could not be revoked. */
function verdict(done: Forgotten[], failures: unknown[]): void {
  if (failures.length > 1) throw new AggregateError(failures, 'several servers failed');
  if (failures.length === 1) throw failures[0];
  const alive = done.filter((each) => each.revoked === 'failed').map((each) => each.key);
  if (alive.length > 0) {
    throw new StoreError(
      'not_revoked',
      `forgotten here, but not revoked at the server: ${alive.join(', ')}`,
      {
        hint: "what was granted can be withdrawn in the account's settings there",
      },
    );
  }
}
