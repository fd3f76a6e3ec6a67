import { nameOf } from '../auth/id-token.ts';
import { loginCommand } from '../auth/required.ts';
import { describeRecord, type RecordDescription } from '../auth/status.ts';
import type { HttpEntry } from '../config/entry.ts';
import { tokenVariable } from '../config/env-token.ts';
import { AuthError, CancelledError, CliError, ConfigError, UsageError } from '../errors.ts';
import { type Outcome, throwFailures } from '../session/side-by-side.ts';
import { typed } from '../typed.ts';
import { note, print, printEarly } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { relative } from '../ui/time.ts';
import { obstacle } from '../workspace/auth.ts';
import { asked, refuseProvided, signInEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type LoginOptions = { force?: boolean; scope?: string[] };

/** `auth login`: signs in to one server after the other, because a person has one browser. */
export async function authLogin(workspace: Workspace, named: string[], options: LoginOptions): Promise<void> {
  const { signIn } = await import('../auth/login.ts');
  await inTurn(workspace, await targets(workspace, named), async (name) => {
    const entry = await signInEntry(workspace, name);
    await refuseProvided(workspace, entry, 'sign in to');
    const auth = await workspace.auth(entry);
    const record = await signIn(auth, {
      ...(options.force ? { force: true } : {}),
      ...(options.scope?.length ? { scopes: options.scope } : {}),
    }).catch(async (error: unknown) => {
      const alone = !auth.interactive && error instanceof AuthError && UNATTENDED.has(error.code);
      throw alone ? await unattended(workspace, entry, error, options) : error;
    });
    return describeRecord(record, workspace.deps.now());
  });
}

/** What a sign-in says where nobody is there. */
const UNATTENDED = new Set(['login_required', 'insufficient_scope']);

/** To sign in with `auth login` is no advice for who just typed it. */
async function unattended(
  workspace: Workspace,
  entry: HttpEntry,
  { code, message }: AuthError,
  options: LoginOptions,
): Promise<AuthError> {
  const names = entry.origin === '--server' ? [] : await workspace.names();
  const variable = tokenVariable(entry, names);
  const flags = [
    ...(options.force ? ['--force'] : []),
    ...(options.scope?.length ? ['--scope', typed(options.scope.join(','))] : []),
  ];
  const command = [loginCommand(entry), ...flags].join(' ');
  const wanted = obstacle(workspace.deps, workspace.flags);
  return new AuthError(code, message, {
    hint: [
      `sign in once at a terminal${wanted === undefined ? '' : ` and without ${wanted}`}: ${command}`,
      variable === undefined
        ? `for a script, name a variable with an access token in ${entry.path}.bearer_token_env`
        : `for a script, set ${variable} to an access token`,
    ].join('\n'),
    server: entry.name,
  });
}

/** `auth refresh`: renews tokens now, whether or not they are still good. */
export async function authRefresh(
  workspace: Workspace,
  named: string[],
  { all }: { all?: boolean } = {},
): Promise<void> {
  if (all && asked(workspace, named).length > 0)
    throw new UsageError('all_or_some', '--all and the name of a server exclude each other', {
      hint: 'leave out one of them',
    });
  const { refreshNow } = await import('../auth/login.ts');
  const names = all ? await renewable(workspace) : await targets(workspace, named);
  await inTurn(workspace, names, async (name) => {
    const entry = await signInEntry(workspace, name);
    await refuseProvided(workspace, entry, 'refresh');
    return describeRecord(await refreshNow(await workspace.auth(entry)), workspace.deps.now());
  });
}

/** The servers whose sign-in renews itself, which a job that keeps them alive is about. */
async function renewable(workspace: Workspace): Promise<string[]> {
  const { findRecord } = await import('../auth/keep.ts');
  const found: string[] = [];
  for (const name of await workspace.names()) {
    const entry = await workspace.entry(name).catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      note(workspace, `${name} is passed over: ${errorJson(error).message}`);
    });
    if (entry?.kind !== 'http' || entry.disabled || (await workspace.provided(entry))) continue;
    const { record } = await findRecord({ entry, store: workspace.store });
    if (record && describeRecord(record, workspace.deps.now()).refreshable) found.push(name);
  }
  return found;
}

/** All are tried, in order; a Ctrl-C ends the row. */
async function inTurn(
  workspace: Workspace,
  names: string[],
  work: (name: string) => Promise<RecordDescription>,
): Promise<void> {
  const outcomes: Outcome<RecordDescription>[] = [];
  const ended = (outcome: Outcome<RecordDescription>) => {
    outcomes.push(outcome);
    if (names.length > 1) printEarly(workspace, [tell(outcome)]);
  };
  for (const server of names) {
    try {
      ended({ server, value: await work(server) });
    } catch (error) {
      if (error instanceof CancelledError || workspace.deps.signal.aborted) throw error;
      if (error instanceof CliError) error.server ??= server;
      ended({ server, error });
    }
  }
  show(workspace, outcomes);
  throwFailures(outcomes);
}

function show(workspace: Workspace, outcomes: Outcome<RecordDescription>[]): void {
  const [only] = outcomes;
  // One server: the plain result, or only the error.
  if (outcomes.length === 1 && only && 'error' in only) return;
  const told = outcomes.map(tell);
  const servers = Object.fromEntries(told.map((each) => [each.server, each]));
  print(workspace, {
    json: outcomes.length === 1 ? told[0] : { servers },
    // Of several, each has been printed when it was done.
    items: outcomes.length === 1 ? told : [],
    text: () => outcomes.flatMap(({ value }) => (value ? line(value, workspace.deps.now()) : [])).join(''),
    quiet: () => '',
  });
}

function tell({ server, value, error }: Outcome<RecordDescription>) {
  return value ?? { server, error: errorJson(error) };
}

function line(value: RecordDescription, now: number): string {
  const until =
    value.expiresAt === undefined ? '' : `, token expires ${relative(Date.parse(value.expiresAt), now)}`;
  const { server, account, identity, issuer } = value;
  const label = account === undefined ? server : `${server} (${account})`;
  const who = identity === undefined ? '' : ` as ${nameOf(identity)}`;
  return `${sanitize(`${label}: signed in at ${issuer}${who}${until}`)}\n`;
}
