import { loginCommand } from '../auth/required.ts';
import { describeRecord } from '../auth/status.ts';
import type { ServerEntry } from '../config/entry.ts';
import { AuthError, CancelledError, CliError, ConfigError, StoreError } from '../errors.ts';
import { throwAll } from '../session/side-by-side.ts';
import { parseRecord } from '../store/record.ts';
import { recordKey, splitKey } from '../store/record-key.ts';
import { signInKeys } from '../store/token.ts';
import { print } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { type Standing, standingsText, words } from '../ui/standings.ts';
import { tableView } from '../ui/table.ts';
import { relative } from '../ui/time.ts';
import { readable, standing } from '../workspace/standing.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

const GOOD = new Set<Standing['state']>([
  'signed_in',
  'expired_refreshable',
  'environment',
  'header',
  'stdio',
  'none',
]);

/**
 * `auth status`: how configured servers stand. Exit 4 if one that was named cannot be used without a sign-in, or if any
 * sign-in will need a person within `failIfExpires` milliseconds.
 */
export async function authStatus(
  workspace: Workspace,
  named: string[],
  { failIfExpires }: { failIfExpires?: number } = {},
): Promise<void> {
  const given = asked(workspace, named);
  const standings: Standing[] = [];
  const failures: unknown[] = [];
  for (const name of given.length > 0 ? given : await workspace.names()) {
    try {
      const found = await standing(workspace, name);
      standings.push(found);
      const looked = given.length > 0 || (failIfExpires !== undefined && found.state === 'expired');
      if (looked && !GOOD.has(found.state)) failures.push(await notSignedIn(workspace, name, found));
      else if (failIfExpires !== undefined && endsWithin(found, failIfExpires, workspace.deps.now()))
        failures.push(await endsSoon(workspace, name, found));
    } catch (error) {
      // A lost password concerns every server alike, a bad entry only itself.
      const own =
        error instanceof CliError && !(error instanceof StoreError || error instanceof CancelledError);
      if (!own || given.length === 1) throw error;
      error.server ??= name;
      if (given.length > 0) failures.push(error);
      standings.push({ server: name, state: 'error', error: errorJson(error) });
    }
  }
  show(workspace, standings, given.length === 1);
  throwAll(failures, given.length !== 1);
}

/** What renews itself lasts for as long as its server likes: nobody says how long a refresh token is good for. */
function endsWithin({ state, refreshable, expiresAt }: Standing, span: number, now: number): boolean {
  return (
    state === 'signed_in' && !refreshable && expiresAt !== undefined && Date.parse(expiresAt) - now < span
  );
}

async function notSignedIn(workspace: Workspace, name: string, each: Standing): Promise<AuthError> {
  if (each.state === 'unexpected' && each.error) {
    const { code, message, hint } = each.error;
    return new AuthError(code, message, { hint, server: each.server });
  }
  const entry = await workspace.entry(name);
  // No server is asked here: one that nothing is known of may need no sign-in at all.
  const open = entry.kind === 'http' && each.state === 'signed_out' && entry.oauth === undefined;
  const message = open
    ? `${each.server} is not signed in, which it may not need`
    : `${each.server} needs a sign-in: ${words(each)}`;
  const off =
    open && entry.origin !== '--server' ? `\nif it needs none: "oauth": false in ${entry.path}` : '';
  return new AuthError('login_required', message, {
    hint: wayIn(entry, off),
    server: each.server,
  });
}

async function endsSoon(workspace: Workspace, name: string, each: Standing): Promise<AuthError> {
  const end = relative(Date.parse(each.expiresAt ?? ''), workspace.deps.now());
  return new AuthError('expires_soon', `the sign-in to ${each.server} cannot be renewed, and ends ${end}`, {
    hint: wayIn(await workspace.entry(name)),
    server: each.server,
  });
}

function wayIn(entry: ServerEntry, more = ''): string | undefined {
  return entry.kind === 'http' ? `sign in with: ${loginCommand(entry)}${more}` : undefined;
}

/** A store that is out of reach has some of the entries; the password has, or has not, opened all files. */
const OUT_OF_REACH = new Set(['unavailable', 'locked', 'timed_out', 'crashed', 'denied']);

/** `auth list`: everything in the store, also what no configured server owns any more. */
export async function authList(workspace: Workspace): Promise<void> {
  const configured = await workspace.names().catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  const store = await workspace.store();
  const standings: Standing[] = [];
  const failures: StoreError[] = [];
  const { account: wanted } = workspace.flags;
  const keys = signInKeys(await store.list()).filter(
    (key) => wanted === undefined || splitKey(key).account === wanted,
  );
  for (const key of keys) {
    const { server, account } = splitKey(key);
    const owner = { server, ...(account !== undefined && { account }) };
    const read = async (): Promise<Standing> => {
      const text = await store.get(key);
      if (text === undefined) return { server, state: 'signed_out' };
      const record = parseRecord(text, key, { allowHttp: true });
      return { ...describeRecord(record, workspace.deps.now()), store: (await store.holder(key)).name };
    };
    const described = await readable(owner, read, (error) => {
      if (!OUT_OF_REACH.has(error.code)) return false;
      failures.push(error);
      return true;
    });
    const owned = configured === undefined || configured.includes(described.server);
    standings.push(owned ? described : { ...described, orphan: true });
  }
  show(workspace, standings, false, keys);
  throwAll(failures, keys.length > 1);
}

/** `keys` are the standings' names in JSON: two records of one server and account have two keys in the store. */
function show(workspace: Workspace, standings: Standing[], alone: boolean, keys?: string[]): void {
  const named = standings.map((each, index) => [keys?.[index] ?? recordKey(each.server, each.account), each]);
  const { deps } = workspace;
  const json = alone ? standings[0] : { servers: Object.fromEntries(named) };
  print(workspace, {
    json,
    items: standings,
    text: () => standingsText(standings, deps.now(), tableView(deps.stdout, deps.env)),
  });
}
