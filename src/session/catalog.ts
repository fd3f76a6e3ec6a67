import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@modelcontextprotocol/client';
import { ProtocolError, UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { serverWord, typed } from '../typed.ts';

/** What one server offers. */
export type Shelf = { server: string; tools: Tool[] };

type Found = { server: string; tool: Tool };

/**
 * The tool that `name` means among several servers' tools: its own name, or `server/name` where two servers have it. `list` is the
 * command that shows them all.
 * Throws UsageError `unknown_tool` with the nearest name, or `ambiguous_tool`; ProtocolError `repeated_tool`.
 */
export function findTool(shelves: Shelf[], name: string, list: string): Found {
  const all = shelves.flatMap(({ server, tools }) => tools.map((tool) => ({ server, tool })));
  const found = all.filter(({ tool }) => tool.name === name);
  const names = [...new Set(found.map(({ server }) => server))];
  if (names.length > 1) {
    throw new UsageError('ambiguous_tool', `${names.join(' and ')} both have a tool named ${name}`, {
      hint: `write ${names[0]}/${name}, or choose one server with --server`,
    });
  }
  const exact = all.filter(({ server, tool }) => `${server}/${tool.name}` === name);
  const only = onlyOne(found) ?? onlyOne(exact);
  if (only) return only;
  // A line break in a name would end our hint, and begin one that the server has written.
  const known = all.map(({ tool }) => tool.name).filter((each) => !/[\r\n]/.test(each));
  const guess = nearest(name, known);
  const where = shelves.map(({ server }) => server).join(' or ');
  throw new UsageError('unknown_tool', `there is no tool named "${name}" on ${where}`, {
    hint: guess === undefined ? `see what there is: ${list}` : `did you mean ${guess}?`,
    server: shelves.length === 1 ? shelves[0]?.server : undefined,
  });
}

/**
 * Of one server's tools with one name. MCP wants names to be unique: which of two the server would run, and whether our
 * arguments are meant for that one, is not to be known. The same thing said twice is one tool.
 */
function onlyOne([first, ...more]: Found[]): Found | undefined {
  if (!first || more.every(({ tool }) => isDeepStrictEqual(tool, first.tool))) return first;
  const { server, tool } = first;
  throw new ProtocolError('repeated_tool', `${server} offers different tools under the name ${tool.name}`, {
    hint: 'which of them it would run is not known; tell the operator of the server',
    server,
  });
}

/** What a person types to see the tools of these servers. Pure. */
export function listCommand(servers: string[]): string {
  return typed('mcp-cli', 'tools', 'list', ...servers.map(serverWord));
}
