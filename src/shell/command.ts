// The commands of the program within a session: the same functions, on the sessions that are open.

import { Readable } from 'node:stream';
import type { ServerEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../session/session.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Link } from './state.ts';

/** Runs the words of one command line, as a shell would give them behind `mcp-cli`. */
export type Obey = (words: string[], workspace: Workspace) => Promise<void>;

/**
 * The workspace of one line: Ctrl-C ends the line alone, and what comes after it is not shown any more. `signal` is also
 * aborted when the program is told to stop.
 */
export function lineWorkspace(workspace: Workspace, links: Link[], signal: AbortSignal): Workspace {
  const { deps, flags } = workspace;
  const unlessOver = (write: (text: string) => void) => (text: string) => {
    if (!signal.aborted) write(text);
  };
  // The lines that follow are no input of this one.
  const stdin = Object.assign(Readable.from([]), { isTTY: deps.stdin.isTTY }) as unknown as Deps['stdin'];
  return {
    ...workspace,
    deps: {
      ...deps,
      stdin,
      out: unlessOver(deps.out),
      err: unlessOver(deps.err),
      signal,
    },
    flags: { ...flags, servers: links.map(({ name }) => name) },
    connect: (entry, unasked) => {
      const open = links.find(({ session }) => session.server === entry.name)?.session;
      return open ? Promise.resolve(lent(open)) : workspace.connect(entry as ServerEntry, unasked);
    },
    close: async () => {},
  };
}

/** Whoever opens a session closes it: this one stays. */
function lent(session: Session): Session {
  return { ...session, close: async () => {} };
}
