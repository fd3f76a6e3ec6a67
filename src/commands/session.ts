import type { Obey } from '../shell/command.ts';
import type { Extras } from '../shell/state.ts';
import { note } from '../ui/print.ts';
import { openHistory } from '../workspace/history.ts';
import { targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * `mcp-cli --server X`: connects to all named servers side by side, and hands over to the session. `obey` runs a command
 * of the program in it. Without a terminal the lines are read from standard input.
 */
export async function session(workspace: Workspace, obey: Obey): Promise<void> {
  const { deps, flags } = workspace;
  const { noTerminal, runPipe, runShell } = await import('../shell/shell.ts');
  const names = await targets(workspace, []);
  const extras = await extrasOf(workspace);
  try {
    if (!deps.stdin.isTTY) return await workspace.unasked(() => runPipe({ workspace, names, obey, extras }));
    if (!deps.stdout.isTTY || flags.nonInteractive || flags.format !== 'text') throw noTerminal(names);
    const history = openHistory(deps, (text) => note(workspace, text));
    await runShell({ workspace, names, obey, extras, history });
  } finally {
    workspace.attach(undefined);
  }
}

/** What other rooms bring along: a conversation with a model, a form for a tool's arguments, how results are shown. */
async function extrasOf(_workspace: Workspace): Promise<Extras> {
  return {};
}
