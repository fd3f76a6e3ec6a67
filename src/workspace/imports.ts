// What of other programs' servers may be written into the configuration, and who says so.
import type { Client, Scope } from '../config/elsewhere/clients.ts';
import type { Elsewhere } from '../config/elsewhere/find.ts';
import type { Json } from '../config/read.ts';
import { ConfigError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';
import { nameFault } from './added.ts';
import { openingOf } from './opening.ts';
import type { Workspace } from './workspace.ts';

export type ServersImport = { from?: string; dryRun?: boolean; force?: boolean; withSecrets?: boolean };

type State =
  | 'imported'
  | 'would_import'
  | 'exists'
  | 'unusable'
  /** It holds secrets as they stand, and nobody said that they may be copied. */
  | 'secrets'
  /** It runs a program, or comes from the current folder, and nobody could be asked. */
  | 'unapproved'
  | 'declined';

export type Outcome = {
  name: string;
  from: Client;
  /** The other program's file. */
  source: string;
  scope: Scope;
  state: State;
  /** Completes "… was not imported: ". */
  reason?: string;
  /** As it is, or would be, written; secrets masked. */
  entry?: unknown;
  /** Where in it secrets stand as they are. */
  secrets?: string[];
  notes?: string[];
};

export type Candidate = { outcome: Outcome; value: Json | undefined };

/** Each server with what would become of it, before anybody is asked. Pure but for the loading. */
export async function candidatesFrom(
  { deps, flags }: Workspace,
  found: Elsewhere[],
  there: string[],
  { force = false }: ServersImport,
): Promise<Candidate[]> {
  const [{ tried }, { literalSecrets, shownEntry }, { isUrl }] = await Promise.all([
    import('../config/change.ts'),
    import('../config/literal.ts'),
    import('../config/adhoc.ts'),
  ]);
  const taken = new Set<string>();
  return found.map(({ client, name, file, scope, entry, why }) => {
    const outcome: Outcome = { name, from: client, source: file, scope, state: 'would_import' };
    const not = (state: State, reason: string) => ({
      outcome: { ...outcome, state, reason },
      value: undefined,
    });
    if (entry === undefined) return not('unusable', why);
    const fault = nameFault(name, isUrl);
    if (fault !== undefined) return not('unusable', `its name cannot be used here: ${fault}`);
    outcome.entry = shownEntry(entry.value);
    if (entry.notes.length > 0) outcome.notes = entry.notes;
    const key = JSON.stringify([client, name]);
    if (taken.has(key)) return not('exists', 'another file of the same program has that name');
    taken.add(key);
    if (there.includes(name) && !force) return not('exists', 'there is a server of that name');
    try {
      const { unset } = tried(name, entry.value, file, openingOf(deps, flags));
      if (unset.length > 0)
        outcome.notes = [...entry.notes, `${unset.join(', ')} ${unset.length === 1 ? 'is' : 'are'} not set`];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return not('unusable', error.message);
    }
    const secrets = literalSecrets(entry.value);
    return { outcome: { ...outcome, ...(secrets.length > 0 && { secrets }) }, value: entry.value };
  });
}

/**
 * Asks what has to be asked: whether a program may be run, whether a stranger's entry may be used, whether secrets may be
 * copied. The outcome says `would_import` if nothing stands against it.
 */
export async function approve(
  workspace: Workspace,
  { outcome, value }: Candidate,
  { withSecrets = false }: ServersImport,
): Promise<Outcome> {
  if (value === undefined || outcome.state !== 'would_import') return outcome;
  const { deps, flags } = workspace;
  const { name, scope, secrets = [] } = outcome;
  const runs = value.command !== undefined;
  const asks = deps.prompt.available && !flags.nonInteractive;
  // What nobody can agree to is told before anything is asked.
  if (secrets.length > 0 && !withSecrets && !asks)
    return { ...outcome, state: 'secrets', reason: `it holds secrets as they stand (${secrets.join(', ')})` };
  if (runs || scope === 'project') {
    if (flags.yes || asks) deps.err(await shown(outcome, value));
    if (!flags.yes) {
      const why = runs ? 'it runs a program' : 'it comes from a file of the current folder';
      if (!asks) return { ...outcome, state: 'unapproved', reason: `${why}, and nobody can be asked` };
      const question = `Add ${sanitize(name)}, which ${runs ? 'runs this' : 'anybody may have written'}?`;
      if (!(await deps.prompt.confirm(question, false)))
        return { ...outcome, state: 'declined', reason: 'you said no' };
    }
  }
  if (secrets.length > 0 && !withSecrets) {
    const question = `${sanitize(name)} holds secrets (${secrets.map(sanitize).join(', ')}). Copy them as they stand?`;
    if (!(await deps.prompt.confirm(question, false)))
      return { ...outcome, state: 'declined', reason: 'you said no' };
  }
  return outcome;
}

/** All that an entry names: the command with its arguments and variables, hosts, references. */
async function shown({ name, source }: Outcome, value: Json): Promise<string> {
  const [{ namedBy }, { approvedEntry }] = await Promise.all([
    import('../config/trust-set.ts'),
    import('../config/literal.ts'),
  ]);
  const lines = namedBy({ [name]: approvedEntry(value) }).map(
    ({ kind, shown, at }) => `  ${KINDS[kind]} ${sanitize(shown)}    (${sanitize(at)})\n`,
  );
  return `${sanitize(name)} in ${sanitize(source)}\n${lines.join('')}`;
}

const KINDS = {
  command: 'runs',
  host: 'sends to',
  variable: 'reads the variable',
  token: 'reads the stored token',
  file: 'reads the file',
  setting: 'sets',
};
