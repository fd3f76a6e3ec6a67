import { CancelledError, CliError, StoreError } from '../errors.ts';
import type { Secrets } from '../store/store.ts';
import { isOver, signInKeys, splitTokenKey, tokenKeys } from '../store/token.ts';
import { note, print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { consent } from '../workspace/consent.ts';
import { findToken, readToken } from '../workspace/stored.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Deleted = { namespace: string; name: string; deleted: boolean; error?: ErrorJson };

/** `token delete`: deletes without reading, so it works with a lost password. */
export async function tokenDelete(
  workspace: Workspace,
  name: string,
  { namespace }: { namespace?: string },
): Promise<void> {
  const store = await workspace.store();
  const key = await findToken(store, name, namespace);
  const done: Deleted =
    key === undefined ? { namespace: namespace ?? '', name, deleted: false } : await remove(store, key);
  const { namespace: within, ...rest } = done;
  show(workspace, within === '' ? rest : done, [done]);
}

/** `token clear`: all tokens, or those of a namespace, or those that have expired. Sign-ins stay. */
export async function tokenClear(
  workspace: Workspace,
  options: { namespace?: string; expired?: boolean; force?: boolean },
): Promise<void> {
  const { namespace, expired = false, force = false } = options;
  const store = await workspace.store();
  const all = await store.list();
  const own = tokenKeys(all).filter(
    (key) => namespace === undefined || splitTokenKey(key).namespace === namespace,
  );
  const keys = expired ? await overOf(workspace, store, own) : own;
  if (keys.length > 0) {
    const { flags } = workspace;
    const which = expired ? 'delete expired tokens' : 'delete stored tokens';
    const sure = { ...workspace, flags: { ...flags, yes: flags.yes || force } };
    await consent(sure, which, keys.map(called), 'name one: mcp-cli token delete NAME');
  }
  const done: Deleted[] = [];
  for (const key of keys) done.push(await remove(store, key));
  show(workspace, { tokens: done }, done);
  const stay = signInKeys(all).length;
  if (namespace === undefined && !expired && stay > 0)
    note(workspace, `sign-ins stay (${stay}): mcp-cli auth reset revokes and forgets them`);
}

/** What cannot be read is not known to be over. */
async function overOf(workspace: Workspace, store: Secrets, keys: string[]): Promise<string[]> {
  const now = workspace.deps.now();
  const over: string[] = [];
  for (const key of keys) {
    try {
      const token = await readToken(store, key);
      if (token && isOver(token, now)) over.push(key);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
      note(workspace, `${errorJson(error).message}: it is left as it is`);
    }
  }
  return over;
}

async function remove(store: Secrets, key: string): Promise<Deleted> {
  const name = splitTokenKey(key);
  try {
    return { ...name, deleted: await store.delete(key) };
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof CancelledError) throw error;
    return { ...name, deleted: false, error: errorJson(error) };
  }
}

function show(workspace: Workspace, json: object, done: Deleted[]): void {
  const text = done.flatMap(({ namespace, name, deleted }) =>
    deleted ? `deleted ${namespace}:${sanitize(name)}\n` : [],
  );
  print(workspace, {
    json,
    items: done,
    text: () => text.join('') || 'Nothing was stored.\n',
    quiet: () => '',
  });
  const kept = done.filter(({ error }) => error);
  if (kept.length === 0) return;
  throw new StoreError('not_deleted', `could not delete: ${kept.map(({ name }) => name).join(', ')}`, {
    hint: kept.flatMap(({ error }) => error?.hint ?? []).join('\n') || undefined,
  });
}

function called(key: string): string {
  const { namespace, name } = splitTokenKey(key);
  return `${namespace}:${name}`;
}
