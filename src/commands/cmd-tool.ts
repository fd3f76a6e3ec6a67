import { ToolError, UsageError } from '../errors.ts';
import { parseObject, toolArguments } from '../session/arguments.ts';
import { findTool, listCommand } from '../session/catalog.ts';
import type { Session } from '../session/session.ts';
import { sideBySide, throwFailures } from '../session/side-by-side.ts';
import { json } from '../ui/json.ts';
import { note, print } from '../ui/print.ts';
import { resultText } from '../ui/result.ts';
import { callShown } from '../workspace/call.ts';
import { type CmdOptions, checkOutput, takeInput, writeOutput } from '../workspace/deliver.ts';
import { enabledEntry, targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `cmd --tool`: calls one tool of the named servers, without any model; exit 8 if it says that it failed. */
export async function cmdTool(workspace: Workspace, name: string, options: CmdOptions): Promise<void> {
  const { deps, flags } = workspace;
  const { output, raw = false } = options;
  const base = await givenArguments(workspace, options);
  if (output !== undefined && output !== '-') await checkOutput(deps.cwd, output);
  const servers = await targets(workspace, []);
  const outcomes = await sideBySide(servers, async (server) =>
    workspace.connect(await enabledEntry(workspace, server)),
  );
  const sessions = outcomes.flatMap(({ value }): Session[] => (value ? [value] : []));
  try {
    throwFailures(outcomes);
    const shelves = await Promise.all(
      sessions.map(async (each) => ({ server: each.server, tools: await each.listTools() })),
    );
    const { tool, server } = findTool(shelves, name, listCommand(servers));
    const args = await toolArguments(tool, [], base, async () => '', servers);
    const session = sessions.find((each) => each.server === server);
    if (!session) throw new TypeError('a tool of no session');
    const result = await callShown(workspace, session, tool.name, args);
    const bare = () => (raw ? exactly(result.content ?? [], deps.stdout.isTTY) : undefined);
    const text = () => bare() ?? resultText(result);
    if (output === undefined || output === '-') print(workspace, { json: result, text });
    else await writeOutput(deps, output, flags.format === 'text' ? text() : json(result));
    if (result.isError) throw new ToolError('tool_error', `${tool.name} answered with an error`, { server });
  } finally {
    await Promise.allSettled(sessions.map((each) => each.close()));
  }
}

/** Undefined: there is something else than text, or a terminal that it could act on. */
function exactly(content: { type: string; text?: unknown }[], terminal: boolean): string | undefined {
  if (terminal || content.length === 0 || content.some(({ type }) => type !== 'text')) return undefined;
  return content.map(({ text }) => String(text)).join('\n');
}

async function givenArguments(
  workspace: Workspace,
  { prompt, input, toolArgs, systemPrompt, attach }: CmdOptions,
): Promise<Record<string, unknown>> {
  if (
    prompt !== undefined ||
    systemPrompt !== undefined ||
    attach ||
    (input !== undefined && toolArgs !== undefined)
  ) {
    throw new UsageError(
      'conflicting_flags',
      '--tool takes its arguments from --tool-args or --input alone',
      {
        hint: 'to have a model use the tool, leave out --tool and name a provider',
      },
    );
  }
  if (input === undefined) return toolArgs === undefined ? {} : parseObject(toolArgs, '--tool-args');
  const text = await takeInput(workspace.deps, input, () =>
    note(workspace, 'waiting for the arguments as JSON on standard input...'),
  );
  return parseObject(text, input === '-' ? 'standard input' : input);
}
