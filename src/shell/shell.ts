import type { Tool } from '@modelcontextprotocol/client';
import type { Deps } from '../deps.ts';
import { ToolError, UsageError } from '../errors.ts';
import { readArgumentFile } from '../session/argument-file.ts';
import { parseObject, parseWord, toolArguments } from '../session/arguments.ts';
import { findTool, type Shelf } from '../session/catalog.ts';
import type { Session } from '../session/session.ts';
import { sideBySide, throwFailures } from '../session/side-by-side.ts';
import { callProgress } from '../ui/call-progress.ts';
import { resultText } from '../ui/result.ts';
import { sanitize } from '../ui/sanitize.ts';
import { parseCall, parseLine, SLASHES } from './line.ts';
import { readLoop } from './loop.ts';
import { proposals } from './proposals.ts';
import { getPrompt, readResource, showPrompts, showResources } from './surface.ts';

type Shell = {
  deps: Deps;
  sessions: Session[];
  /** As the person named them. */
  servers: string[];
  /** The last list of each server, so that a call does not ask for it every time. */
  shelves: Shelf[] | undefined;
};

/** The interactive session over open sessions, which the caller closes; `nextCommand` is told of each line. Ends with /exit, Ctrl-D or a signal. */
export async function runShell(
  deps: Deps,
  flags: { quiet: boolean; verbose: boolean; servers: string[] },
  sessions: Session[],
  nextCommand: () => Promise<void>,
): Promise<void> {
  const shell: Shell = { deps, sessions, servers: flags.servers, shelves: undefined };
  if (!flags.quiet) for (const session of sessions) deps.out(`${banner(session)}\n`);
  if (!flags.quiet) deps.out('/tools lists what there is, /help says more, /exit leaves.\n');
  const handle = async (line: string, signal: AbortSignal) => {
    await nextCommand();
    return obey(shell, line, signal);
  };
  await readLoop(deps, handle, flags.verbose, (line) => proposals(sessions, line));
}

function banner(session: Session): string {
  const { serverInfo } = session;
  const who = serverInfo ? `${serverInfo.name} ${serverInfo.version}, ` : '';
  return sanitize(`Connected to ${session.server} (${who}MCP ${session.protocol})`);
}

async function obey(shell: Shell, text: string, signal: AbortSignal): Promise<'exit' | 'go-on'> {
  const line = parseLine(text);
  switch (line?.name) {
    case 'exit':
      return 'exit';
    case 'help':
      shell.deps.out(help());
      break;
    case 'tools':
      await showTools(shell, signal);
      break;
    case 'call':
      await call(shell, line.rest, signal);
      break;
    case 'resources':
      await showResources(shell, signal);
      break;
    case 'read':
      await readResource(shell, line.rest, signal);
      break;
    case 'prompts':
      await showPrompts(shell, signal);
      break;
    case 'prompt':
      await getPrompt(shell, line.rest, signal);
      break;
    case undefined:
      break;
  }
  return 'go-on';
}

function help(): string {
  const length = Math.max(...SLASHES.map(({ usage }) => usage.length));
  const rows = SLASHES.map(({ usage, about, aliases }) => {
    const also = aliases.length > 0 ? ` (also ${aliases.map((each) => `/${each}`).join(', ')})` : '';
    return `${usage.padEnd(length)}  ${about}${also}\n`;
  });
  return rows.join('');
}

async function showTools(shell: Shell, signal: AbortSignal): Promise<void> {
  const shelves = await stock(shell);
  // Cancelled meanwhile: the prompt is back, and nothing may be written over it.
  if (signal.aborted) return;
  const count = shelves.reduce((sum, { tools }) => sum + tools.length, 0);
  const several = shelves.length > 1;
  const rows = shelves.flatMap(({ server, tools }) =>
    tools.map(({ name }) => `- ${sanitize(several ? `${server}/${name}` : name)}\n`),
  );
  shell.deps.out(`${count} Available ${count === 1 ? 'Tool' : 'Tools'}\n${rows.join('')}`);
}

/** Asks every server for its tools. Only if none answers it is a failure: one that is away hides no other. */
async function stock(shell: Shell): Promise<Shelf[]> {
  const open = new Map(shell.sessions.map((session) => [session.server, session]));
  const outcomes = await sideBySide(
    [...open.keys()],
    async (server): Promise<Tool[]> => open.get(server)?.listTools() ?? [],
  );
  const shelves = outcomes.flatMap(({ server, value }) => (value ? [{ server, tools: value }] : []));
  if (shelves.length === 0) throwFailures(outcomes);
  shell.shelves = shelves;
  return shelves;
}

/** The tool from the last list; a name that is not on it may have come since, so the servers are asked again. */
async function find(shell: Shell, name: string): Promise<ReturnType<typeof findTool>> {
  if (shell.shelves) {
    try {
      return findTool(shell.shelves, name, '/tools');
    } catch (error) {
      if (!(error instanceof UsageError && error.code === 'unknown_tool')) throw error;
    }
  }
  return findTool(await stock(shell), name, '/tools');
}

async function call(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { deps } = shell;
  const { name, words, json } = parseCall(rest);
  const parsed = words.map(parseWord);
  const base = json === undefined ? {} : parseObject(json, 'what follows the name');
  const { server, tool } = await find(shell, name);
  if (signal.aborted) return;
  const args = await toolArguments(
    tool,
    parsed,
    base,
    (path) => readArgumentFile(deps.cwd, path),
    shell.servers,
  );
  const session = shell.sessions.find((each) => each.server === server);
  if (!session) return;
  const progress = callProgress(deps, false);
  const result = await session
    .callTool(tool.name, args, { signal, onProgress: progress.show, onQuestion: progress.clear })
    .finally(progress.clear);
  deps.out(resultText(result));
  if (result.isError) throw new ToolError('tool_error', `${tool.name} answered with an error`, { server });
}
