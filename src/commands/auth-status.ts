import { findRecord } from '../auth/keep.ts';
import { loginCommand } from '../auth/required.ts';
import { describeRecord, type RecordDescription } from '../auth/status.ts';
import { AuthError, CancelledError, CliError, ConfigError, StoreError } from '../errors.ts';
import { throwAll } from '../session/side-by-side.ts';
import { parseRecord } from '../store/record.ts';
import { recordKey, splitKey } from '../store/record-key.ts';
import type { StoreName } from '../store/store.ts';
import { signInKeys } from '../store/token.ts';
import { print } from '../ui/print.ts';
import { type ErrorJson, errorJson } from '../ui/report.ts';
import { table, tableView } from '../ui/table.ts';
import { relative } from '../ui/time.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** How a server stands, for a person and for scripts. */
export type Standing = {
  server: string;
  account?: string;
  state:
    | RecordDescription['state']
    | 'signed_out'
    | 'other_url'
    | 'unreadable'
    | 'environment'
    | 'header'
    | 'stdio'
    | 'error';
  /** Where a provided token comes from. */
  source?: string;
  /** Where a stored one is. */
  store?: StoreName;
  /** Stored, but no configured server has this name. */
  orphan?: true;
  error?: ErrorJson;
} & Partial<Omit<RecordDescription, 'server' | 'account' | 'state'>>;

const GOOD = new Set<Standing['state']>([
  'signed_in',
  'expired_refreshable',
  'environment',
  'header',
  'stdio',
]);

/** `auth status`: how configured servers stand. Exit 4 if one that was named cannot be used without a sign-in. */
export async function authStatus(workspace: Workspace, named: string[]): Promise<void> {
  const given = asked(workspace, named);
  const standings: Standing[] = [];
  const failures: unknown[] = [];
  for (const name of given.length > 0 ? given : await workspace.names()) {
    try {
      const found = await standing(workspace, name);
      standings.push(found);
      if (!GOOD.has(found.state)) failures.push(await notSignedIn(workspace, name, found));
    } catch (error) {
      // A lost password concerns every server alike, a bad entry only itself.
      const own =
        error instanceof CliError && !(error instanceof StoreError || error instanceof CancelledError);
      if (!own || given.length === 1) throw error;
      error.server ??= name;
      failures.push(error);
      standings.push({ server: name, state: 'error', error: errorJson(error) });
    }
  }
  show(workspace, standings, given.length === 1);
  if (given.length === 0) return;
  throwAll(failures, given.length > 1);
}

async function notSignedIn(workspace: Workspace, name: string, each: Standing): Promise<AuthError> {
  const entry = await workspace.entry(name);
  return new AuthError('login_required', `${each.server} needs a sign-in: ${words(each)}`, {
    ...(entry.kind === 'http' && { hint: `sign in with: ${loginCommand(entry)}` }),
    server: each.server,
  });
}

async function standing(workspace: Workspace, name: string): Promise<Standing> {
  const entry = await workspace.entry(name);
  if (entry.kind === 'stdio') return { server: name, state: 'stdio' };
  const given = await workspace.provided(entry);
  if (given)
    return {
      server: name,
      state: given.value === undefined ? 'header' : 'environment',
      source: given.source,
    };
  const owner = { server: entry.name, ...(entry.account !== undefined && { account: entry.account }) };
  return readable(owner, async () => {
    const { key, record } = await findRecord({ entry, store: workspace.store });
    if (!record) return { ...owner, state: 'signed_out' };
    const { name: store } = await (await workspace.store()).holder(key);
    return { ...describeRecord(record, workspace.deps.now()), store };
  });
}

/** A damaged record is one server's state; everything else that a store says concerns all. */
async function readable(
  owner: Pick<Standing, 'server' | 'account'>,
  read: () => Promise<Standing>,
): Promise<Standing> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreError && error.code === 'corrupt') {
      return { ...owner, state: 'unreadable', error: errorJson(error) };
    }
    throw error;
  }
}

/** `auth list`: everything in the store, also what no configured server owns any more. */
export async function authList(workspace: Workspace): Promise<void> {
  const configured = await workspace.names().catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  const store = await workspace.store();
  const standings: Standing[] = [];
  const keys = signInKeys(await store.list());
  for (const key of keys) {
    const { server, account } = splitKey(key);
    const described = await readable({ server, ...(account !== undefined && { account }) }, async () => {
      const text = await store.get(key);
      if (text === undefined) return { server, state: 'signed_out' };
      const record = parseRecord(text, key, { allowHttp: true });
      return { ...describeRecord(record, workspace.deps.now()), store: (await store.holder(key)).name };
    });
    const owned = configured === undefined || configured.includes(described.server);
    standings.push(owned ? described : { ...described, orphan: true });
  }
  show(workspace, standings, false, keys);
}

/** `keys` are the standings' names in JSON: two records of one server and account have two keys in the store. */
function show(workspace: Workspace, standings: Standing[], alone: boolean, keys?: string[]): void {
  const named = standings.map((each, index) => [keys?.[index] ?? recordKey(each.server, each.account), each]);
  const json = alone ? standings[0] : { servers: Object.fromEntries(named) };
  print(workspace, { json, items: standings, text: () => standingsText(workspace, standings) });
}

function standingsText(workspace: Workspace, standings: Standing[]): string {
  const { deps } = workspace;
  if (standings.length === 0) return 'Nothing to show.\n';
  const labels = standings.map(label);
  // Namesakes (auth/keep) are told apart by what makes them two.
  const isDouble = (text: string) => labels.indexOf(text) !== labels.lastIndexOf(text);
  const rows = standings.map((each) => [
    isDouble(label(each)) ? `${label(each)} at ${each.url ?? '?'}` : label(each),
    `${words(each)}${each.tokenType === 'DPoP' ? ' (DPoP)' : ''}${each.orphan ? ', not configured' : ''}`,
    each.expiresAt === undefined ? '' : relative(Date.parse(each.expiresAt), deps.now()),
    each.scope ?? '',
    each.issuer ?? '',
  ]);
  return table(['SERVER', 'STATE', 'EXPIRES', 'SCOPE', 'ISSUER'], rows, tableView(deps.stdout, deps.env));
}

function label({ server, account }: Standing): string {
  return account === undefined ? server : `${server} (${account})`;
}

function words(each: Standing): string {
  switch (each.state) {
    case 'signed_in':
      return 'signed in';
    case 'expired_refreshable':
      return 'expired, renewed on next use';
    case 'expired':
      return 'expired';
    case 'registered':
      return 'signed out, client registered';
    case 'signed_out':
      return 'not signed in';
    case 'other_url':
      return 'signed in to another URL';
    case 'unreadable':
      return 'what is stored cannot be read';
    case 'environment':
      return `token from ${each.source}`;
    case 'header':
      return 'Authorization header configured';
    case 'stdio':
      return 'no sign-in (stdio)';
    case 'error':
      return each.error?.message ?? 'error';
  }
}
