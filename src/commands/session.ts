import { UsageError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { sideBySide, throwFailures } from '../session/side-by-side.ts';
import { serverWord, typed } from '../typed.ts';
import { report } from '../ui/report.ts';
import { enabledEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `mcp-cli --server X`: signs in, connects to all named servers side by side, and hands over to the shell. */
export async function session(workspace: Workspace): Promise<void> {
  const { deps, flags } = workspace;
  if (!deps.stdin.isTTY || !deps.stdout.isTTY || flags.nonInteractive || flags.format !== 'text') {
    const servers = typed(flags.servers.map(serverWord).join(','));
    throw new UsageError('no_terminal', 'an interactive session needs a terminal', {
      hint: `without one: mcp-cli --server ${servers} tools list\nor: mcp-cli --server ${servers} tools call NAME key=value`,
    });
  }
  const outcomes = await sideBySide(await targets(workspace, []), async (name) =>
    workspace.connect(await enabledEntry(workspace, name)),
  );
  const sessions = outcomes.flatMap(({ value }): Session[] => (value ? [value] : []));
  try {
    // One server that is away is told and left out, as long as another one is there.
    if (sessions.length === 0 || deps.signal.aborted) throwFailures(outcomes);
    const away = outcomes.flatMap(({ error }) => error ?? []);
    if (away.length > 0)
      report(new AggregateError(away), {
        err: deps.err,
        json: false,
        verbose: flags.verbose,
        aborted: false,
      });
    const { runShell } = await import('../shell/shell.ts');
    await runShell(deps, flags, sessions, workspace.nextCommand);
  } finally {
    await Promise.allSettled(sessions.map((each) => each.close()));
  }
}
