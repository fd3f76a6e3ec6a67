import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { typed } from '../typed.ts';
import { note, print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { consent } from '../workspace/consent.ts';
import { forgetMemories } from '../workspace/memory.ts';
import { openingOf } from '../workspace/opening.ts';
import { asked } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `servers remove`: takes entries out of the configuration. What is stored for them stays, and is said. */
export async function serversRemove(workspace: Workspace, given: string[]): Promise<void> {
  const { deps, flags } = workspace;
  const names = asked(workspace, given);
  if (names.length === 0) {
    const hint = 'for example: mcp-cli servers remove notion';
    throw new UsageError('no_server', 'it is not said which server to remove', { hint });
  }
  known(names, await workspace.names());
  const act = 'remove from the configuration';
  await consent(workspace, act, names, `set "disabled": true in the entry`);
  const { changeConfig } = await import('../config/change.ts');
  const file = await changeConfig(openingOf(deps, flags), (editor) => {
    known(names, editor.names());
    for (const name of names) editor.remove(name);
    return editor.file;
  });
  await forgetMemories(deps, names);
  print(workspace, {
    json: { removed: names, file },
    text: () => `Removed ${names.map(sanitize).join(', ')} from ${sanitize(file)}\n`,
  });
  note(
    workspace,
    `a stored sign-in stays; to forget it as well: ${typed('mcp-cli', 'auth', 'reset', ...names)}`,
  );
}

function known(names: string[], there: string[]): void {
  const missing = names.find((name) => !there.includes(name));
  if (missing === undefined) return;
  const near = nearest(missing, there);
  const list =
    there.length === 0 ? 'the file configures no server' : `configured servers: ${there.join(', ')}`;
  throw new UsageError('unknown_server', `no server is called ${JSON.stringify(missing)}`, {
    hint: near === undefined ? list : `did you mean ${JSON.stringify(near)}?\n${list}`,
    server: missing,
  });
}
