import { ToolError, UsageError } from '../errors.ts';
import { readArgumentFile } from '../session/argument-file.ts';
import { parseWord, toolArguments } from '../session/arguments.ts';
import { findTool, listCommand } from '../session/catalog.ts';
import { serverWord, typed } from '../typed.ts';
import { plainText } from '../ui/bare-text.ts';
import { print } from '../ui/print.ts';
import { resultText } from '../ui/result.ts';
import { baseArguments } from '../workspace/arguments.ts';
import { callShown } from '../workspace/call.ts';
import { mediaKeeper, saveMedia } from '../workspace/media.ts';
import { type PinOptions, pinnedTool } from '../workspace/pinned.ts';
import { showResult, showsResults } from '../workspace/show-result.ts';
import { onlyTarget, withSession } from '../workspace/target.ts';
import { lacksArguments, repeated, toolForm } from '../workspace/tool-form.ts';
import type { Workspace } from '../workspace/workspace.ts';

type CallOptions = PinOptions & { args?: string };

/** `tools call`: checks the arguments against the tool's schema, calls, prints; exit 8 if the tool says it failed. */
export async function toolsCall(
  workspace: Workspace,
  name: string,
  given: string[],
  options: CallOptions,
): Promise<void> {
  const { deps, flags } = workspace;
  // Everything that can be wrong with the command line is said before a server is asked.
  refuseServer(workspace, name, given);
  const words = given.map(parseWord);
  const pinned = await pinnedTool(workspace, options);
  const base = await baseArguments(workspace, words.length > 0, options.args);
  const server = await onlyTarget(workspace, []);
  await withSession(workspace, server, async (session) => {
    const { tool } = findTool([{ server, tools: await session.listTools() }], name, listCommand([server]));
    pinned?.(tool, server);
    const untold = words.length === 0 && options.args === undefined && lacksArguments(tool, base);
    const args =
      untold && flags.format === 'text' && deps.prompt.available
        ? await toolForm(deps, { server, tool, flags: repeated(flags), signal: deps.signal })
        : await toolArguments(tool, words, base, (path) => readArgumentFile(deps.cwd, path), [server]);
    const result = await callShown(workspace, session, tool.name, args);
    if (showsResults(deps, flags)) await showResult(deps, flags, result, mediaKeeper(deps, flags.outputDir));
    else {
      print(workspace, {
        json: result,
        text: () => resultText(result),
        quiet: () => plainText(result, deps.stdout.isTTY),
      });
      if (flags.outputDir !== undefined)
        await saveMedia(workspace, result, mediaKeeper(deps, flags.outputDir));
    }
    if (result.isError) throw new ToolError('tool_error', `${tool.name} answered with an error`, { server });
  });
}

/** `tools call SERVER TOOL`, as `tools list` has it: throws UsageError `bad_argument` that says where it goes. */
function refuseServer({ flags }: Workspace, name: string, [tool]: string[]): void {
  if (flags.servers.length > 0 || tool === undefined || tool.includes('=')) return;
  throw new UsageError('bad_argument', `"${tool}" is not an argument`, {
    hint: [
      'write key=value, key:=json or key=@file, or give all of them with --args JSON',
      `if ${name} is the server: ${typed('mcp-cli', '--server', serverWord(name), 'tools', 'call', tool)}`,
    ].join('\n'),
  });
}
