import { UsageError } from '../errors.ts';
import { serverWord, typed } from '../typed.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { History } from '../workspace/history.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Obey } from './command.ts';
import { connectAll, introduce } from './connect.ts';
import { openEditor } from './editor.ts';
import { readLoop } from './loop.ts';
import { answer, closeAll, hearAll, openShell } from './open.ts';
import { inputsOf, runInputs } from './piped.ts';
import { proposals } from './proposals.ts';
import { isKept } from './remembered.ts';
import { openScreen, type SessionScreen } from './screen.ts';
import { showModel } from './slash/providers.ts';
import type { Extras } from './state.ts';

type Given = { workspace: Workspace; names: string[]; obey: Obey; extras: Extras; history: History };

/** The interactive session with these servers. Ends with /exit, Ctrl-D or a signal. */
export async function runShell({ workspace, names, obey, extras, history }: Given): Promise<void> {
  const { deps, flags } = workspace;
  const screen = attach(workspace);
  const recent = history.load();
  const connected = await connectAll(workspace, names, screen);
  const shell = openShell({ workspace, obey, extras, screen }, connected);
  try {
    hearAll(shell, shell.links);
    if (!flags.quiet) await introduce(workspace, shell.links, deps.out);
    if (!flags.quiet && extras.talk?.chat()) showModel(shell);
    if (!flags.quiet) deps.out('/tools lists what there is, /help says more, /exit leaves.\n');
    const running: { current: AbortController | undefined } = { current: undefined };
    const editor = openEditor(deps, {
      prompt: () => (extras.talk?.chat() ? 'You: ' : '> '),
      err: screen.plain,
      history: await recent,
      remember(text) {
        const kept = isKept(text, shell.slashes);
        if (kept) void history.add(text);
        return kept;
      },
      propose: (line) => proposals(shell, line),
      interrupt() {
        running.current?.abort();
        return running.current !== undefined;
      },
      meanwhile(text) {
        const stops = running.current !== undefined && /^\s*\/(interrupt|stop|cancel)\s*$/i.test(text);
        if (stops) running.current?.abort();
        else if (shell.endless !== undefined && text.trim() !== '')
          deps.err(`${sanitize(shell.endless)} goes on until Ctrl-C; your line comes after it\n`);
        return stops;
      },
    });
    screen.editing(editor);
    await readLoop(
      deps,
      editor,
      running,
      (text, signal) => answer(shell, text, signal),
      () => flags.verbose,
    );
  } finally {
    screen.editing(undefined);
    await closeAll(shell);
  }
}

/** The lines of a pipe, on the same servers: only results on stdout. Throws UsageError `no_terminal` if there are none. */
export async function runPipe({ workspace, names, obey, extras }: Omit<Given, 'history'>): Promise<void> {
  const { deps, flags } = workspace;
  const inputs = inputsOf(deps);
  const first = await inputs.next();
  if (first.done) throw noTerminal(names);
  const screen = attach(workspace);
  const connected = await connectAll(workspace, names, screen);
  const shell = openShell({ workspace, obey, extras, screen }, connected);
  async function* all(): AsyncGenerator<string> {
    if (first.value !== undefined) yield first.value;
    yield* inputs;
  }
  try {
    await runInputs(deps, flags, all(), (text, signal) => answer(shell, text, signal), connected.exit);
  } finally {
    await closeAll(shell);
  }
}

export function noTerminal(names: string[]): UsageError {
  const servers = typed(names.map(serverWord).join(','));
  return new UsageError('no_terminal', 'an interactive session needs a terminal, or lines to read', {
    hint: `without one: mcp-cli --server ${servers} tools list\nor: mcp-cli --server ${servers} tools call NAME key=value\nor: echo /tools | mcp-cli --server ${servers}`,
  });
}

function attach(workspace: Workspace): SessionScreen {
  let screen: SessionScreen | undefined;
  workspace.attach((err) => {
    screen = openScreen(workspace.deps, err, workspace.flags.quiet);
    return screen;
  });
  return screen as unknown as SessionScreen;
}
