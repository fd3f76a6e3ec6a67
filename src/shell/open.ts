// The state of a session, and what one line does to it.

import { CancelledError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { lineWorkspace, type Obey } from './command.ts';
import { type Connected, connectAll, introduce } from './connect.ts';
import { parseLine } from './line.ts';
import { unlessAborted } from './loop.ts';
import type { SessionScreen } from './screen.ts';
import { allSlashes } from './slash/table.ts';
import type { Extras, Link, Shell } from './state.ts';

type Given = { workspace: Workspace; obey: Obey; extras: Extras; screen: SessionScreen };

export function openShell({ workspace, obey, extras, screen }: Given, connected: Connected): Shell {
  const shell: Shell = {
    workspace,
    links: connected.links,
    away: connected.away,
    slashes: allSlashes(extras),
    calls: [],
    settings: { confirm: workspace.flags.confirmMode },
    extras,
    left: false,
    command: (words, signal) => obey(words, lineWorkspace(workspace, shell.links, signal)),
    async renew(names) {
      const before = shell.links;
      const all = [...before.map(({ name }) => name), ...shell.away.keys()];
      const wanted = names ?? all;
      const { links, away } = await connectAll(workspace, wanted, screen);
      const again = new Map(links.map((link) => [link.name, link]));
      // One that cannot be connected again is away, and its old session is of no more use.
      const old = before.filter(({ name }) => wanted.includes(name));
      shell.links = all.flatMap(
        (name) => again.get(name) ?? before.find((each) => each.name === name && !old.includes(each)) ?? [],
      );
      for (const name of wanted) shell.away.delete(name);
      for (const [name, error] of away) shell.away.set(name, error);
      await Promise.allSettled(old.map(({ session }) => session.close()));
      hearAll(shell, links);
      if (!workspace.flags.quiet) await introduce(workspace, links, workspace.deps.err);
    },
  };
  return shell;
}

/** A list that changes is told above the line being typed, and Tab knows it at once. */
export function hearAll({ workspace }: Shell, links: Link[]): void {
  const { deps, flags } = workspace;
  for (const { session, shelves } of links) {
    session.hear({
      changed(what) {
        shelves.forget(what);
        if (!flags.quiet) deps.err(`${sanitize(session.server)}: its ${what} have changed\n`);
      },
    });
  }
}

/** One input: a command, or what is said to a model. */
export async function answer(shell: Shell, text: string, signal: AbortSignal): Promise<'exit' | 'go-on'> {
  const { workspace, extras, slashes } = shell;
  await workspace.nextCommand();
  const line = parseLine(text, slashes, extras.talk?.chat() !== undefined);
  if (line === undefined) return 'go-on';
  if (line.kind === 'talk') {
    await unlessAborted(extras.talk?.say(line.text, shell, signal) ?? Promise.resolve(), signal);
    return 'go-on';
  }
  const { slash, rest } = line;
  if (slash.endless) shell.endless = text.trim();
  try {
    await unlessAborted(slash.run(shell, rest, signal), signal);
  } catch (error) {
    if (!(slash.endless && signal.aborted && error instanceof CancelledError)) throw error;
    // The terminal has shown ^C, or nothing.
    workspace.deps.out('\n');
  } finally {
    shell.endless = undefined;
  }
  return shell.left ? 'exit' : 'go-on';
}

export async function closeAll({ links }: Shell): Promise<void> {
  await Promise.allSettled(links.map(({ session }) => session.close()));
}
