import type { Tool } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { serverWord, typed } from '../typed.ts';

/** What one server offers. */
export type Shelf = { server: string; tools: Tool[] };

/**
 * The tool that `name` means among several servers' tools: its own name, or `server/name` where two servers have it. `list` is the
 * command that shows them all.
 * Throws UsageError `unknown_tool` with the nearest name, or `ambiguous_tool`.
 */
export function findTool(shelves: Shelf[], name: string, list: string): { server: string; tool: Tool } {
  const all = shelves.flatMap(({ server, tools }) => tools.map((tool) => ({ server, tool })));
  const [found, ...more] = all.filter(({ tool }) => tool.name === name);
  if (found && more.length === 0) return found;
  if (found) {
    const names = [found, ...more].map(({ server }) => server);
    throw new UsageError('ambiguous_tool', `${names.join(' and ')} both have a tool named ${name}`, {
      hint: `write ${found.server}/${name}, or choose one server with --server`,
    });
  }
  const exact = all.find(({ server, tool }) => `${server}/${tool.name}` === name);
  if (exact) return exact;
  // A line break in a name would end our hint, and begin one that the server has written.
  const known = all.map(({ tool }) => tool.name).filter((each) => !/[\r\n]/.test(each));
  const guess = nearest(name, known);
  const where = shelves.map(({ server }) => server).join(' or ');
  throw new UsageError('unknown_tool', `there is no tool named "${name}" on ${where}`, {
    hint: guess === undefined ? `see what there is: ${list}` : `did you mean ${guess}?`,
    server: shelves.length === 1 ? shelves[0]?.server : undefined,
  });
}

/** What a person types to see the tools of these servers. Pure. */
export function listCommand(servers: string[]): string {
  return typed('mcp-cli', 'tools', 'list', ...servers.map(serverWord));
}
