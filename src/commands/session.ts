import type { Obey } from '../shell/command.ts';
import type { Extras, Talk } from '../shell/state.ts';
import { note, print } from '../ui/print.ts';
import { resultText } from '../ui/result.ts';
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
  let talk: Talk | undefined;
  const start = async () => {
    const extras = await extrasOf(workspace);
    talk = extras.talk;
    return extras;
  };
  try {
    if (!deps.stdin.isTTY)
      return await workspace.unasked(async () => runPipe({ workspace, names, obey, extras: await start() }));
    if (!deps.stdout.isTTY || flags.nonInteractive || flags.format !== 'text') throw noTerminal(names);
    const history = openHistory(deps, (text) => note(workspace, text));
    await runShell({ workspace, names, obey, extras: await start(), history });
  } finally {
    workspace.attach(undefined);
    await talk?.close();
  }
}

/** What other rooms bring along: a conversation with a model, a form for a tool's arguments, how results are shown. */
async function extrasOf(workspace: Workspace): Promise<Extras> {
  const { deps, flags } = workspace;
  const { openTalk } = await import('../shell/talk.ts');
  const view = openView(workspace);
  const talk = await openTalk(workspace);
  if (!deps.stdin.isTTY) return { talk, view };
  return {
    talk,
    view,
    async form(tool, { server, signal }) {
      const { lacksArguments, repeated, toolForm } = await import('../workspace/tool-form.ts');
      if (!lacksArguments(tool, {})) return undefined;
      return toolForm(deps, { server, tool, flags: repeated(flags), signal });
    },
  };
}

/** One keeper of files for the whole session. */
function openView(workspace: Workspace): NonNullable<Extras['view']> {
  const { deps, flags } = workspace;
  const tools = async () => {
    const [{ mediaKeeper, saveMedia }, { resultScreen, showPages, showsResults }] = await Promise.all([
      import('../workspace/media.ts'),
      import('../workspace/show-result.ts'),
    ]);
    const keep = mediaKeeper(deps, flags.outputDir);
    return { keep, resultScreen, saveMedia, showPages, showsResults };
  };
  let made: ReturnType<typeof tools> | undefined;
  return async (result) => {
    made ??= tools();
    const { keep, resultScreen, saveMedia, showPages, showsResults } = await made;
    if (showsResults(deps, flags)) return showPages(deps, flags, await resultScreen(deps, result, keep));
    print(workspace, { json: result, text: () => resultText(result) });
    if (flags.outputDir !== undefined) await saveMedia(workspace, result, keep);
  };
}
