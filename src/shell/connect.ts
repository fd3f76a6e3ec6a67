// Connecting the servers of a session, side by side, and introducing them.

import { setTimeout as delay } from 'node:timers/promises';
import { addressOf } from '../chat/fingerprint.ts';
import type { Deps } from '../deps.ts';
import { ToldError } from '../errors.ts';
import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { report } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Standing } from '../ui/standings.ts';
import { standing } from '../workspace/standing.ts';
import { enabledEntry } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { banner, countsOf } from './banner.ts';
import type { SessionScreen } from './screen.ts';
import { shelvesOf } from './shelves.ts';
import type { Link } from './state.ts';

export type Connected = { links: Link[]; away: Map<string, unknown>; exit: number | undefined };

/** Milliseconds that the prompt waits for what the first lines would like to say. */
const PATIENCE = 800;

/**
 * Each failure is told as it comes, and leaves the others alone. `exit` is that of the first. Throws if nothing is left:
 * the one server's own error, or ToldError.
 */
export async function connectAll(
  workspace: Workspace,
  names: string[],
  screen: SessionScreen,
): Promise<Connected> {
  const { deps } = workspace;
  let told = false;
  const outcomes = await sideBySide(names, (name) =>
    connectOne(workspace, name, screen).catch((error: unknown) => {
      if (names.length > 1 && !deps.signal.aborted) {
        told = true;
        tell(workspace, name, error);
      }
      throw error;
    }),
  );
  const links = outcomes.flatMap(({ value }) => (value ? [value] : []));
  if (deps.signal.aborted || links.length === 0) {
    await Promise.allSettled(links.map(({ session }) => session.close()));
    if (!told || deps.signal.aborted) throwFailures(outcomes);
    throw new ToldError(exitOf(outcomes) ?? 1);
  }
  const away = new Map(
    outcomes.flatMap((each) => ('error' in each ? [[each.server, each.error] as const] : [])),
  );
  return { links, away, exit: exitOf(outcomes) };
}

async function connectOne(workspace: Workspace, name: string, screen: SessionScreen): Promise<Link> {
  const entry = await enabledEntry(workspace, name);
  screen.begin(entry.name);
  try {
    // With a stream for what it says unasked: updates of resources and lists come there.
    const session = await workspace.connect(entry, true);
    return { name, session, shelves: shelvesOf(session), address: addressOf(entry) };
  } finally {
    screen.end(entry.name);
  }
}

/** Whose failure it is stands before it. */
function tell({ deps, flags }: Workspace, server: string, error: unknown): void {
  if (error instanceof Error && 'server' in error) error.server ??= server;
  const { verbose, format } = flags;
  report(new AggregateError([error]), { err: deps.err, json: format !== 'text', verbose, aborted: false });
}

function exitOf(outcomes: Outcome<unknown>[]): number | undefined {
  const first = outcomes.find((each) => 'error' in each);
  if (!first) return undefined;
  return report(first.error, { err: () => {}, json: false, verbose: false, aborted: false });
}

/** The banner of each server. What takes longer than a moment is told when it is known, above the line being typed. */
export async function introduce(workspace: Workspace, links: Link[], out: Deps['out']): Promise<void> {
  const { deps } = workspace;
  const shown = links.map(async (link) => {
    const counts = countsOf(link);
    const soon = await Promise.all([within(standingOf(workspace, link.name)), within(counts)]);
    const [whose, known] = soon;
    return {
      text: banner(link.session, whose, known, deps.now()),
      late: known === undefined ? counts : undefined,
      server: link.session.server,
    };
  });
  for (const each of await Promise.all(shown)) {
    out(each.text);
    each.late?.then((counts) => counts && deps.err(`${sanitize(`${each.server}: ${counts}`)}\n`));
  }
}

/** Nobody is asked for it: it is a remark. */
export function standingOf(workspace: Workspace, name: string): Promise<Standing | undefined> {
  return workspace.unasked(() => standing(workspace, name)).catch(() => undefined);
}

async function within<T>(work: Promise<T>): Promise<T | undefined> {
  return Promise.race([work, delay(PATIENCE, undefined, { ref: false })]);
}
