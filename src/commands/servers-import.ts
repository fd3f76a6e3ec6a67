import { CLIENT_TITLES, CLIENTS, type Client } from '../config/elsewhere/clients.ts';
import type { Search } from '../config/elsewhere/find.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { note, print } from '../ui/print.ts';
import { redactUrl } from '../ui/redact.ts';
import { errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { table, tableView } from '../ui/table.ts';
import {
  approve,
  type Candidate,
  candidatesFrom,
  type Outcome,
  type ServersImport,
} from '../workspace/imports.ts';
import { openingOf } from '../workspace/opening.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `servers import`: takes over servers that another program has configured; without `--from` it shows what there is. */
export async function serversImport(
  workspace: Workspace,
  given: string[],
  options: ServersImport,
): Promise<void> {
  const { deps } = workspace;
  const client = clientOf(options.from);
  const names = asked(workspace, given);
  const there = await workspace.names();
  const { findElsewhere } = await import('../config/elsewhere/find.ts');
  const searches: Search[] = [];
  for (const each of client === undefined ? CLIENTS : [client])
    searches.push(await findElsewhere(each, deps));
  const found = searches.flatMap((each) => each.found);
  const wanted = names.length === 0 ? found : found.filter(({ name }) => names.includes(name));
  const candidates = await candidatesFrom(workspace, wanted, there, options);
  const look = client === undefined || options.dryRun === true;
  const done = look
    ? { outcomes: candidates.map(({ outcome }) => outcome) }
    : await take(workspace, candidates, options);

  const failures: unknown[] =
    client === undefined ? [] : searches.flatMap((each) => each.faulty.map(({ error }) => error));
  failures.push(...missing(names, done.outcomes, searches));
  if (!look) failures.push(...refused(done.outcomes, names));
  if (client === undefined)
    for (const { error } of searches.flatMap((each) => each.faulty))
      deps.err(`warning: ${sanitize(errorJson(error).message)}\n`);
  if (names.length !== 1 || failures.length === 0) show(workspace, done, searches, client);
  if (failures.length > 1) throw new AggregateError(failures, 'several servers were not imported');
  if (failures.length === 1) throw failures[0];
}

type Done = { outcomes: Outcome[]; file?: string };

async function take(workspace: Workspace, candidates: Candidate[], options: ServersImport): Promise<Done> {
  const { deps, flags } = workspace;
  const outcomes: Outcome[] = [];
  for (const each of candidates) outcomes.push(await approve(workspace, each, options));
  const accepted = candidates.filter((_, index) => outcomes[index]?.state === 'would_import');
  if (accepted.length === 0) return { outcomes };
  const { changeConfig } = await import('../config/change.ts');
  const { file, written } = await changeConfig(openingOf(deps, flags), (editor) => {
    const written = new Set<string>();
    for (const { outcome, value } of accepted) {
      // Somebody may have added it while the questions were answered.
      if (value === undefined || (editor.names().includes(outcome.name) && !options.force)) continue;
      editor.add(outcome.name, value);
      written.add(outcome.name);
    }
    return { file: editor.file, written };
  });
  const told = outcomes.map((each): Outcome => {
    if (each.state !== 'would_import') return each;
    return written.has(each.name)
      ? { ...each, state: 'imported' }
      : { ...each, state: 'exists', reason: 'there is a server of that name' };
  });
  return { outcomes: told, file };
}

function show(
  workspace: Workspace,
  { outcomes, file }: Done,
  searches: Search[],
  client: Client | undefined,
): void {
  const { deps } = workspace;
  for (const { name, notes = [] } of outcomes)
    for (const each of notes) note(workspace, `${sanitize(name)}: ${sanitize(each)}`);
  print(workspace, {
    json: { ...(file !== undefined && { file }), entries: outcomes },
    items: outcomes,
    text: () => {
      const places = searches.flatMap((each) => each.places);
      const who = client === undefined ? 'No other program' : CLIENT_TITLES[client];
      if (outcomes.length === 0)
        return `${who} has no servers; looked in:\n${places.map((each) => `  ${sanitize(each)}\n`).join('')}`;
      const rows = outcomes.map((each) => [
        each.name,
        each.from,
        words(each),
        target(each.entry),
        each.source,
      ]);
      return table(['SERVER', 'FROM', 'STATE', 'TARGET', 'FILE'], rows, tableView(deps.stdout, deps.env));
    },
  });
  if (client === undefined && outcomes.length > 0)
    note(workspace, 'to take them over: mcp-cli servers import --from PROGRAM');
}

function words({ state, reason, secrets }: Outcome): string {
  const told = reason === undefined ? state.replace('_', ' ') : `${state}: ${reason}`;
  return state === 'would_import' && secrets !== undefined ? `${told}, with secrets` : told;
}

function target(entry: unknown): string {
  const { url, command, args = [] } = (entry ?? {}) as { url?: string; command?: string; args?: string[] };
  if (url !== undefined) return URL.canParse(url) ? redactUrl(url) : url;
  return command === undefined ? '' : [command, ...args].join(' ');
}

function clientOf(from: string | undefined): Client | undefined {
  const client = CLIENTS.find((each) => each === from);
  if (client !== undefined || from === undefined) return client;
  const guess = nearest(from, CLIENTS);
  throw new UsageError('unknown_source', '--from names no known program', {
    hint: guess === undefined ? `one of: ${CLIENTS.join(', ')}` : `did you mean: --from ${guess}?`,
  });
}

function missing(names: string[], outcomes: Outcome[], searches: Search[]): UsageError[] {
  const places = searches.flatMap((each) => each.places);
  return names
    .filter((name) => !outcomes.some((each) => each.name === name))
    .map((name) => {
      const hint = `looked in: ${places.join(', ')}`;
      return new UsageError('nothing_to_import', `there is no server ${JSON.stringify(name)}`, {
        hint,
        server: name,
      });
    });
}

const HINTS: Partial<Record<Outcome['state'], string>> = {
  secrets: `put them into variables there ("\${NAME}"), or copy them as they stand with --with-secrets`,
  unapproved: 'see what it is with --dry-run --json, then add --yes',
  exists: 'replace it with --force',
  unusable: 'add it by hand: mcp-cli servers add',
};

/** What nobody could agree to is a failure; that something exists already, or cannot be used, only if it was named. */
function refused(outcomes: Outcome[], names: string[]): UsageError[] {
  const failing = outcomes.filter(
    ({ name, state }) =>
      ['secrets', 'unapproved'].includes(state) ||
      (names.includes(name) && ['exists', 'unusable'].includes(state)),
  );
  return failing.map(
    ({ name, state, reason }) =>
      new UsageError('not_imported', `${name} was not imported: ${reason}`, {
        hint: HINTS[state],
        server: name,
      }),
  );
}
