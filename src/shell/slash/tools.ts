import type { Tool } from '@modelcontextprotocol/client';
import { ToolError, UsageError } from '../../errors.ts';
import { readArgumentFile } from '../../session/argument-file.ts';
import { parseObject, parseWord, toolArguments } from '../../session/arguments.ts';
import { findTool } from '../../session/catalog.ts';
import { asSchema, resolve } from '../../session/input-schema.ts';
import { callProgress } from '../../ui/call-progress.ts';
import { print } from '../../ui/print.ts';
import { resultText } from '../../ui/result.ts';
import { everywhere, listing, listWords } from '../everywhere.ts';
import { parseCall, splitWords } from '../line.ts';
import { asWords, everyones, names } from '../proposals.ts';
import type { Link, Shell, Slash } from '../state.ts';
import { remember } from './history.ts';

const toolNames = (shell: Shell) =>
  names(shell, async ({ shelves }) => (await shelves.tools()).map(({ name }) => name));

export const toolSlashes: Slash[] = [
  {
    name: 'tools',
    aliases: [],
    usage: '/tools [SERVER|TOOL] [--details|--raw]',
    about: 'list the tools, or show one',
    propose: async (shell) => [...shell.links.map(({ name }) => name), ...(await toolNames(shell))],
    run: tools,
  },
  {
    name: 'call',
    aliases: ['execute', 'exec', 'run'],
    usage: '/call NAME key=value…',
    about: 'call a tool; also key:=json, key=@file, or {…}',
    details: ['A line goes on behind a backslash at its end, and while JSON is not closed.'],
    propose: async (shell, words, last) => {
      const [name] = words;
      return name === undefined ? toolNames(shell) : argumentWords(shell, name, words.slice(1), last);
    },
    run: call,
  },
];

async function tools(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { links, workspace } = shell;
  const given = splitWords(rest);
  if (given[0] === 'call') return call(shell, rest.replace(/^\s*call\s*/, ''), signal);
  const { names: wanted, wide } = listWords(given);
  const chosen = links.filter(
    ({ name, session }) => wanted.includes(name) || wanted.includes(session.server),
  );
  const [tool] = wanted.filter(
    (each) => !chosen.some(({ name, session }) => name === each || session.server === each),
  );
  const raw = wide === 'raw' ? ['--json'] : [];
  const server = chosen.length > 0 ? ['--server', chosen.map(({ name }) => name).join(',')] : [];
  if (tool !== undefined) return shell.command(['tools', 'describe', tool, ...server, ...raw], signal);
  if (wide || workspace.flags.format !== 'text')
    return shell.command(['tools', 'list', ...server, ...raw], signal);
  const asked = chosen.length > 0 ? chosen : links;
  const found = await everywhere(asked, (link) => anew(link));
  // Cancelled meanwhile: the prompt is back, and nothing may be written over it.
  if (signal.aborted) return;
  const listed = found.map(({ link, items }) => ({ link, items: items.map(({ name }) => name) }));
  workspace.deps.out(listing(listed, 'Tool', links.length > 1));
}

/** Not every server says when its list is another one. */
function anew({ shelves }: Link): Promise<Tool[]> {
  shelves.forget('tools');
  return shelves.tools();
}

/** The tool from the last list; a name that is not on it may have come since, so the servers are asked again. */
async function find({ links }: Shell, name: string): Promise<{ link: Link; tool: Tool }> {
  const search = async (ask: (link: Link) => Promise<Tool[]>) => {
    const shelves = (await everywhere(links, ask)).map(({ link, items }) => ({
      server: link.session.server,
      tools: items,
    }));
    return findTool(shelves, name, '/tools');
  };
  const found = await search(({ shelves }) => shelves.tools()).catch((error: unknown) => {
    if (error instanceof UsageError && error.code === 'unknown_tool') return search(anew);
    throw error;
  });
  const link = links.find(({ session }) => session.server === found.server);
  if (!link) throw new Error(`no session with ${found.server}`);
  return { link, tool: found.tool };
}

async function call(shell: Shell, rest: string, signal: AbortSignal): Promise<void> {
  const { deps, flags } = shell.workspace;
  const { name, words, json } = parseCall(rest);
  const parsed = words.map(parseWord);
  const base = json === undefined ? {} : parseObject(json, 'what follows the name');
  const { link, tool } = await find(shell, name);
  const { session } = link;
  if (signal.aborted) return;
  const { form, view } = shell.extras;
  // The one place where a form is opened: nothing was given.
  const isBare = words.length === 0 && json === undefined;
  const filled = isBare ? await form?.(tool, { server: link.name, signal }) : undefined;
  const args =
    filled ??
    (await toolArguments(tool, parsed, base, (path) => readArgumentFile(deps.cwd, path), [link.name]));
  const progress = callProgress(deps, flags.quiet);
  const [at, begun] = [deps.now(), performance.now()];
  const note = (outcome: 'ok' | 'error' | 'failed') =>
    remember(shell, {
      at,
      server: session.server,
      tool: tool.name,
      args,
      ms: performance.now() - begun,
      outcome,
    });
  const result = await session
    .callTool(tool.name, args, { signal, onProgress: progress.show, onQuestion: progress.clear })
    .catch((error: unknown) => {
      note('failed');
      throw error;
    })
    .finally(progress.clear);
  note(result.isError ? 'error' : 'ok');
  if (signal.aborted) return;
  if (view) await view(result);
  else print({ deps, flags }, { json: result, text: () => resultText(result) });
  if (result.isError)
    throw new ToolError('tool_error', `${tool.name} answered with an error`, { server: session.server });
}

/** The names of arguments that are not there yet, and behind a `=` the values that the schema lists. */
async function argumentWords(shell: Shell, tool: string, words: string[], last: string): Promise<string[]> {
  const [, key, sign = ''] = /^([^=:]+)(:?=)/.exec(last) ?? [];
  const given = new Set(words.map((each) => /^[^=:]+/.exec(each)?.[0]));
  return everyones(shell, async ({ session, shelves }) => {
    const found = (await shelves.tools()).find(
      ({ name }) => name === tool || `${session.server}/${name}` === tool,
    );
    const root = asSchema(found?.inputSchema);
    const properties = asSchema(resolve(root, root).properties);
    if (key === undefined) {
      return Object.keys(properties)
        .filter((name) => !given.has(name))
        .map((name) => `${name}=`);
    }
    if (!Object.hasOwn(properties, key)) return [];
    const schema = resolve(asSchema(properties[key]), root);
    const values = Array.isArray(schema.enum) ? schema.enum : schema.type === 'boolean' ? [true, false] : [];
    return asWords(
      `${key}${sign.slice(0, -1)}`,
      values.filter((each) => typeof each !== 'object').map(String),
    );
  });
}
