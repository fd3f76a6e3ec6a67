import type { Prompt } from '@modelcontextprotocol/client';
import { readArgumentFile } from '../session/argument-file.ts';
import { checkPromptArguments, findPrompt, onlyTexts, textArguments } from '../session/prompt-arguments.ts';
import { messagesText } from '../ui/contents.ts';
import { print } from '../ui/print.ts';
import { firstLine, sparseTable, tableView } from '../ui/table.ts';
import { baseArguments } from '../workspace/arguments.ts';
import { completionWord, printCompletion } from '../workspace/complete.ts';
import { printLists } from '../workspace/lists.ts';
import { onlyTarget, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `prompts list`: the prompts as the servers sent them, pages merged. */
export async function promptsList(workspace: Workspace, named: string[]): Promise<void> {
  await printLists(workspace, named, {
    many: 'prompts',
    one: 'prompt',
    ask: (session) => session.listPrompts(),
    text: (prompts) => list(workspace, prompts),
    name: ({ name }) => name,
  });
}

function list({ deps }: Workspace, prompts: Prompt[]): string {
  if (prompts.length === 0) return 'No prompts.\n';
  const rows = prompts.map((prompt) => [
    prompt.name,
    prompt.title ?? '',
    (prompt.arguments ?? []).map(({ name, required }) => (required ? name : `[${name}]`)).join(' '),
    firstLine(prompt.description ?? ''),
  ]);
  return sparseTable(['PROMPT', 'TITLE', 'ARGUMENTS', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env));
}

/** `prompts get`: checks the arguments, then prints the messages with their roles. */
export async function promptsGet(
  workspace: Workspace,
  name: string,
  words: string[],
  options: { args?: string; complete?: string },
): Promise<void> {
  const { deps } = workspace;
  // What is only completed takes no word from a pipe.
  const base = await baseArguments(
    workspace,
    words.length > 0 || options.complete !== undefined,
    options.args,
  );
  const typed = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const given = { ...onlyTexts(base), ...typed };
  const wanted = options.complete === undefined ? undefined : completionWord(options.complete);
  const server = await onlyTarget(workspace, []);
  await withSession(workspace, server, async (session) => {
    const prompt = findPrompt(await session.listPrompts(), name, server);
    if (wanted) return printCompletion(workspace, session, { type: 'ref/prompt', name }, wanted, given);
    checkPromptArguments(prompt, given);
    const result = await session.getPrompt(name, given, deps.signal);
    print(workspace, { json: result, text: () => messagesText(result) });
  });
}
