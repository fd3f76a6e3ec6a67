import type { Faulty } from '../adopt/found.ts';
import { match } from '../adopt/match.ts';
import { bare, choose, describeFound, type Outcome } from '../adopt/outcome.ts';
import { PEERS, type Peer, spelling, TITLES } from '../adopt/peers.ts';
import { CancelledError, CliError, StoreError, UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { importText } from '../ui/imported.ts';
import { note, print } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { tableView } from '../ui/table.ts';
import { type Candidate, candidatesOf, openForeign } from '../workspace/foreign.ts';
import { askHow, type ImportOptions, requireHow } from '../workspace/import-how.ts';
import { takeOver } from '../workspace/take-over.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `auth import`: takes over the sign-ins of another program, each into the store, and says what became of it. */
export async function authImport(
  workspace: Workspace,
  given: string[],
  options: ImportOptions,
): Promise<void> {
  const peer = peerOf(options.from);
  requireHow(workspace, options);
  const names = asked(workspace, given);
  const candidates = await candidatesOf(workspace, names);
  const source = await openForeign(workspace, peer, options.path);
  const { found, faulty } = await source.read();
  const spell = spelling(peer);
  const chosen = choose(found, candidates, spell);
  const some = chosen.some((each) => 'candidate' in each);
  const how = some && !options.dryRun ? await askHow(workspace, options, TITLES[peer]) : undefined;
  const job = { workspace, source, peer, how, force: options.force ?? false, named: names.length > 0 };

  const outcomes: Outcome[] = [];
  const failures: unknown[] = [];
  for (const each of chosen) {
    if ('outcome' in each) {
      if (names.length === 0 || each.outcome.server !== undefined) outcomes.push(each.outcome);
      continue;
    }
    const { candidate } = each;
    try {
      outcomes.push(await takeOver(job, each.found, candidate.entry, each.by));
    } catch (error) {
      if (error instanceof CancelledError || workspace.deps.signal.aborted) throw error;
      if (error instanceof CliError) error.server ??= candidate.name;
      failures.push(error);
      const told = { ...describeFound(each.found), server: candidate.name, url: bare(candidate.url) };
      outcomes.push({ ...told, state: 'refused', error: errorJson(error) });
    }
  }
  for (const each of faulty) {
    const to = match(each, candidates, spell);
    if (to.kind === 'none' && names.length > 0) continue;
    const failure = unreadable(each);
    failures.push(failure);
    const whose = {
      ...(each.name !== undefined && { name: each.name }),
      ...(to.kind === 'one' && { server: to.candidate.name }),
    };
    outcomes.push({ ...whose, state: 'refused', source: each.where, error: errorJson(failure) });
  }
  const spoken = { names: names.length > 0, peer, places: source.places, path: options.path };
  failures.push(...missing(spoken, candidates, outcomes));
  show(workspace, outcomes, peer, source.places, names.length === 1 && failures.length > 0);
  if (failures.length > 1) throw new AggregateError(failures, 'several sign-ins failed');
  if (failures.length === 1) throw failures[0];
}

function show(
  workspace: Workspace,
  outcomes: Outcome[],
  from: Peer,
  places: string[],
  failed: boolean,
): void {
  const { deps } = workspace;
  for (const { server = '', warning } of outcomes)
    if (warning !== undefined && workspace.flags.format === 'text')
      deps.err(`warning: ${sanitize(server)}: ${warning}\n`);
  if (outcomes.some(({ state }) => state === 'moved'))
    note(workspace, `if ${TITLES[from]} is running, end it: it may still hold what was moved`);
  // One server: the plain result, or only the error.
  if (failed) return;
  print(workspace, {
    json: { from, places, entries: outcomes },
    items: outcomes,
    text: () =>
      importText(outcomes, {
        title: TITLES[from],
        places,
        now: deps.now(),
        view: tableView(deps.stdout, deps.env),
      }),
  });
}

function peerOf(from: string | undefined): Peer {
  const peer = PEERS.find((each) => each === from);
  if (peer !== undefined) return peer;
  const guess = from === undefined ? undefined : nearest(from, PEERS);
  const said =
    from === undefined ? 'it is not said whose sign-ins to import' : '--from names no known program';
  throw new UsageError('unknown_source', said, {
    hint:
      guess === undefined ? `add --from and one of: ${PEERS.join(', ')}` : `did you mean: --from ${guess}?`,
  });
}

type Spoken = { names: boolean; peer: Peer; places: string[]; path: string | undefined };

/** What was named, a server or a place, and is not there. */
function missing(
  { names, peer, places, path }: Spoken,
  candidates: Candidate[],
  outcomes: Outcome[],
): UsageError[] {
  const told = `${TITLES[peer]} keeps no sign-in`;
  const hint = `looked in: ${places.join(', ')}\nname another place with --path; what lies in a keyring cannot be imported`;
  if (!names) {
    if (path === undefined || outcomes.length > 0) return [];
    return [new UsageError('nothing_to_import', `${told} there`, { hint })];
  }
  const spell = spelling(peer);
  return candidates
    .filter(({ name }) => !outcomes.some((each) => each.server === name || each.name === spell(name)))
    .map(({ name }) => new UsageError('nothing_to_import', `${told} for ${name}`, { hint, server: name }));
}

function unreadable({ name, where, why }: Faulty): StoreError {
  const whose = name === undefined ? where : `${name} in ${where}`;
  return new StoreError('foreign_file', `the sign-in ${whose} cannot be used: ${why}`, {
    hint: 'it is left as it is; sign in anew with: mcp-cli auth login',
  });
}
