import type { ReadResourceResult } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { readArgumentFile } from '../session/argument-file.ts';
import { textArguments } from '../session/prompt-arguments.ts';
import type { Session } from '../session/session.ts';
import { expandTemplate, findTemplate, isTemplate } from '../session/template.ts';
import { contentsText, describe } from '../ui/contents.ts';
import { print } from '../ui/print.ts';
import { completionWord, printCompletion } from '../workspace/complete.ts';
import { type SaveOptions, saveBytes, writeBytes } from '../workspace/save.ts';
import { onlyTarget, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Options = SaveOptions & { complete?: string };

/** `resources read`: text for a person, bytes for a pipe or a file. `uri` may be a template, or the name of one. */
export async function resourcesRead(
  workspace: Workspace,
  uri: string,
  words: string[],
  options: Options,
): Promise<void> {
  const { deps } = workspace;
  const given = await textArguments(words, (path) => readArgumentFile(deps.cwd, path));
  const wanted = options.complete === undefined ? undefined : completionWord(options.complete);
  const server = await onlyTarget(workspace, []);
  await withSession(workspace, server, async (session) => {
    const template = await templateOf(session, uri, words.length > 0 || wanted !== undefined);
    if (wanted)
      return printCompletion(workspace, session, { type: 'ref/resource', uri: template }, wanted, given);
    const target = isTemplate(template) ? expandTemplate(template, given) : template;
    const result = await session.readResource(target, deps.signal);
    await show(workspace, server, result, options);
  });
}

/** Where values are given, a name is that of a template. */
async function templateOf(session: Session, uri: string, named: boolean): Promise<string> {
  if (!named || isTemplate(uri)) return uri;
  return findTemplate(await session.listResourceTemplates(), uri, session.server).uriTemplate;
}

async function show(
  workspace: Workspace,
  server: string,
  result: ReadResourceResult,
  options: Options,
): Promise<void> {
  const { deps, flags } = workspace;
  const { contentBytes } = await import('../session/blob.ts');
  const { contents } = result;
  if (options.output !== undefined) {
    const [only] = contents;
    if (!only || contents.length > 1) throw several(contents.length);
    return saveBytes(workspace, contentBytes(only, server), options);
  }
  if (flags.format !== 'text') return print(workspace, { json: result, text: () => '' });
  if (!deps.stdout.isTTY)
    return writeBytes(deps, Buffer.concat(contents.map((c) => contentBytes(c, server))));
  const binary = contents.find((each) => !('text' in each));
  if (binary && contents.length === 1) {
    throw new UsageError('binary_to_terminal', `this is binary: ${describe(binary)}`, {
      hint: 'write it into a file with --output FILE, or pipe it',
      server,
    });
  }
  deps.out(contentsText(contents));
}

function several(count: number): UsageError {
  return new UsageError('several_contents', `the resource has ${count} contents, and a file takes one`, {
    hint: 'see them all with --json',
  });
}
