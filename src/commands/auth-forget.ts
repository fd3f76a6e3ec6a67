import type { ServerEntry } from '../config/entry.ts';
import { CancelledError, CliError, StoreError } from '../errors.ts';
import { throwAll } from '../session/side-by-side.ts';
import { recordKey, splitKey } from '../store/record-key.ts';
import type { Secrets } from '../store/store.ts';
import { signInKeys, tokenKeys } from '../store/token.ts';
import { note, print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { consent } from '../workspace/consent.ts';
import { forgetMemories } from '../workspace/memory.ts';
import { called, keysOf, storeOf } from '../workspace/sign-ins.ts';
import { asked, signInEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Revoked = 'revoked' | 'not_supported' | 'failed' | 'nothing';
type Tried = { key: string; had: boolean; revoked: Revoked };
type Forgotten = { key: string; deleted: boolean; revoked: Revoked; error?: ErrorJson };

/** At the question for the password. */
const SKIP = 'to revoke at the server; empty: only forget here';

/**
 * `auth logout`: revokes and forgets the tokens, keeps the client registration. Who is asked for the password and has
 * none any more forgets both, unread: what could not be revoked is named, exit 6.
 */
export async function authLogout(workspace: Workspace, named: string[]): Promise<void> {
  const { signOut } = await import('../auth/forget.ts');
  const done: Forgotten[] = [];
  const failures: CliError[] = [];
  workspace.secretOnce(SKIP);
  const names = await targets(workspace, named);
  for (const name of names) {
    try {
      const entry = await signInEntry(workspace, name);
      const { had, revoked } = await signOut(await workspace.auth(entry), { keepRegistration: true });
      done.push({ key: recordKey(entry.name, entry.account), deleted: had, revoked });
      await forgetMemories(workspace.deps, [entry.name]);
      await sayWhatStays(workspace, entry);
    } catch (error) {
      if (skipped(workspace, error, failures)) {
        const unread = await forgetUnread(workspace, name);
        failures.push(...undeleted(unread));
        done.push(...unread);
        continue;
      }
      if (names.length === 1 || !(error instanceof CliError) || error instanceof CancelledError) throw error;
      error.server ??= name;
      failures.push(error);
      done.push({ key: name, deleted: false, revoked: 'nothing', error: errorJson(error) });
    }
  }
  show(workspace, done, 'signed out of', names.length === 1);
  verdict(done, failures, names.length > 1);
}

/** Whether Enter was all the answer. After a wrong one nothing is asked again, and nothing was skipped. */
function skipped(workspace: Workspace, error: unknown, failures: CliError[]): boolean {
  if (!workspace.deps.prompt.available || !(error instanceof StoreError)) return false;
  return error.code === 'no_password' && !failures.some(({ code }) => code === 'wrong_password');
}

/** All that is stored for one server and account: unread, nobody knows which of namesakes is meant. */
async function forgetUnread(workspace: Workspace, name: string): Promise<Forgotten[]> {
  const store = await workspace.store();
  const entry = await signInEntry(workspace, name);
  const keys = (await store.list()).filter((key) => {
    const owner = splitKey(key);
    return owner.server === entry.name && owner.account === entry.account;
  });
  const done: Forgotten[] = [];
  for (const key of keys) done.push(await forget(store, { key, had: false, revoked: 'failed' }));
  await forgetMemories(workspace.deps, [entry.name]);
  await sayWhatStays(workspace, entry);
  return done;
}

/**
 * `auth reset`: forgets everything about the servers, or about all. Deletes without reading, so a lost password, a
 * locked store, a broken configuration or no network does not stop it; what could not be revoked or deleted is named,
 * exit 6.
 */
export async function authReset(workspace: Workspace, named: string[]): Promise<void> {
  const names = asked(workspace, named);
  const { store, broken } = await storeOf(workspace);
  const all = await store.list().catch((error: unknown) => {
    // A store that cannot be listed can still delete what is named.
    if (names.length > 0 && error instanceof StoreError) return undefined;
    throw error;
  });
  const stored = all && signInKeys(all);
  if (names.length === 0 && stored?.length) {
    await consent(workspace, 'forget every sign-in', stored, 'name the servers to forget');
  }
  const aims = new Map<string, string>();
  if (names.length === 0) for (const key of stored ?? []) aims.set(key, splitKey(key).server);
  for (const name of names) for (const key of await keysOf(workspace, name, stored)) aims.set(key, name);
  // A record beside its namesake is found only while that one is there (auth/keep).
  const beside = (key: string) => Number(splitKey(key).variant !== undefined);
  const inOrder = [...aims].sort(([one], [other]) => beside(other) - beside(one));
  // Before anything is deleted unread: Ctrl-C at the question for the password cancels all of it.
  workspace.secretOnce(SKIP);
  const tried: Tried[] = [];
  for (const [key, name] of inOrder) tried.push(await revoke(workspace, key, name));
  const done: Forgotten[] = [];
  for (const each of tried) done.push(await forget(store, each));
  await forgetMemories(
    workspace.deps,
    names.length > 0 ? await called(workspace, names, aims.keys()) : 'all',
  );
  // It may lie where the configuration says, which nobody can tell: that is not "nothing was stored".
  if (broken && !done.some((each) => each.deleted)) throw broken;
  if (broken) note(workspace, `the configuration cannot be used: ${errorJson(broken).message}`);
  show(workspace, done, 'forgot', names.length === 1);
  if (names.length === 0) tellOfTokens(workspace, tokenKeys(all ?? []).length);
  for (const name of new Set([...names, ...aims.values()])) {
    // What cannot be read has been told of already.
    const entry = await workspace.entry(name).catch(() => undefined);
    if (entry) await sayWhatStays(workspace, entry);
  }
  verdict(done, undeleted(done), false);
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

/** What is no sign-in is not a reset's to delete; who wanted everything gone must know of it. */
function tellOfTokens(workspace: Workspace, count: number): void {
  if (count > 0) note(workspace, `${count} stored token${count === 1 ? '' : 's'} stay: mcp-cli token clear`);
}

/** Deletes what is left; what the revocation took with it counts as deleted. */
async function forget(store: Secrets, { key, had, revoked }: Tried): Promise<Forgotten> {
  try {
    return { key, deleted: (await store.delete(key)) || had, revoked };
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof CancelledError) throw error;
    return { key, deleted: false, revoked, error: errorJson(error) };
  }
}

/** Revokes where that can be done. Whatever stands in the way, the deletion comes next. */
async function revoke(workspace: Workspace, key: string, name: string): Promise<Tried> {
  try {
    // Of what is not configured, nobody knows whom to ask: its tokens die with the record.
    const entry = await workspace.entry(name);
    if (entry.kind !== 'http') return { key, had: false, revoked: 'nothing' };
    const { account } = splitKey(key);
    const { signOut } = await import('../auth/forget.ts');
    const auth = await workspace.auth({ ...entry, account });
    return { key, ...(await signOut(auth, { keepRegistration: false, only: key })) };
  } catch (error) {
    if (error instanceof CancelledError || workspace.deps.signal.aborted) throw error;
    return { key, had: false, revoked: 'failed' };
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
    quiet: () => '',
  });
}

/** Throws what failed; if nothing did, what could not be revoked. */
function verdict(done: Forgotten[], failures: unknown[], several: boolean): void {
  throwAll(failures, several);
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
