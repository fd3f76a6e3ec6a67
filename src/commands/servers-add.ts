import type { Editor } from '../config/change.ts';
import { UsageError } from '../errors.ts';
import { typed } from '../typed.ts';
import { note, print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { type AddOptions, entryOf, nameFault, type Target } from '../workspace/added.ts';
import { openingOf } from '../workspace/opening.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `servers add`: writes an entry into the configuration that is in use, once it was read as it will be read. */
export async function serversAdd(
  workspace: Workspace,
  name: string,
  target: Target,
  options: AddOptions,
): Promise<void> {
  const { deps, flags } = workspace;
  const [{ changeConfig }, { literalSecrets, shownEntry }, { isUrl }] = await Promise.all([
    import('../config/change.ts'),
    import('../config/literal.ts'),
    import('../config/adhoc.ts'),
  ]);
  const fault = nameFault(name, isUrl);
  if (fault !== undefined)
    throw new UsageError('invalid_name', `${JSON.stringify(name)} cannot be the name of a server`, {
      hint: fault,
    });
  const value = entryOf(target, options, workspace, isUrl);
  const { file, replaced, added } = await changeConfig(openingOf(deps, flags), (editor) => {
    const replaced = editor.names().includes(name);
    if (replaced && !options.force) throw exists(name, editor);
    return { file: editor.file, replaced, added: editor.add(name, value) };
  });

  for (const path of literalSecrets(value)) deps.err(`warning: ${secretWarning(path)}\n`);
  for (const variable of added.unset)
    note(workspace, `${variable} is not set: the server needs it when it is used`);
  print(workspace, {
    json: { server: name, file, replaced, entry: shownEntry(value) },
    text: () =>
      `${replaced ? 'Replaced' : 'Added'} ${sanitize(name)} in ${sanitize(file)}:\n${sanitize(JSON.stringify(shownEntry(value)))}\n`,
  });
  note(workspace, `try it: ${typed('mcp-cli', 'tools', 'list', name)}`);
}

function exists(name: string, { file }: Editor): UsageError {
  return new UsageError('server_exists', `there is a server ${JSON.stringify(name)} already, in ${file}`, {
    hint: 'choose another name, or replace it with --force',
    server: name,
  });
}

function secretWarning(path: string): string {
  return (
    `${path} looks like a secret, and is now in the file as it stands (and in the history of your shell); ` +
    `better: put it into a variable and write '\${NAME}', or mcp-cli token set NAME and '\${TOKEN:NAME}'`
  );
}
