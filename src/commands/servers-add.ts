import type { Editor } from '../config/change.ts';
import { UsageError } from '../errors.ts';
import { typed } from '../typed.ts';
import { note, print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { type AddOptions, entryOf, type Target } from '../workspace/added.ts';
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
  const [{ changeConfig }, { literalSecrets }, { masked }, { isUrl }] = await Promise.all([
    import('../config/change.ts'),
    import('../config/literal.ts'),
    import('../config/mask.ts'),
    import('../config/adhoc.ts'),
  ]);
  checkName(name, isUrl);
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
    json: { server: name, file, replaced, entry: masked(value) },
    text: () =>
      `${replaced ? 'Replaced' : 'Added'} ${sanitize(name)} in ${sanitize(file)}:\n${sanitize(JSON.stringify(masked(value)))}\n`,
  });
  note(workspace, `try it: ${typed('mcp-cli', 'tools', 'list', name)}`);
}

/** A name that no command could be given would be an entry that nobody can use. */
function checkName(name: string, isUrl: (text: string) => boolean): void {
  if (!/^-|,/.test(name) && !isUrl(name)) return;
  throw new UsageError('invalid_name', `${JSON.stringify(name)} cannot be the name of a server`, {
    hint: isUrl(name)
      ? 'the name comes first: mcp-cli servers add NAME URL'
      : 'leave out commas, and a dash at its start',
  });
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
