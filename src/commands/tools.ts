import type { Tool } from '@modelcontextprotocol/client';
import { findTool, listCommand } from '../session/catalog.ts';
import { asSchema, resolve, typesOf } from '../session/input-schema.ts';
import { throwFailures } from '../session/side-by-side.ts';
import { prose } from '../ui/label.ts';
import { print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import { firstLine, table, tableView } from '../ui/table.ts';
import { askAll, printLists } from '../workspace/lists.ts';
import { type PinOptions, pinnedTool } from '../workspace/pinned.ts';
import { targets } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `tools list`: the tools as the servers sent them. Several servers are asked side by side. */
export async function toolsList(workspace: Workspace, named: string[]): Promise<void> {
  await printLists(workspace, named, {
    many: 'tools',
    one: 'tool',
    ask: (session) => session.listTools(),
    text: (tools) => list(workspace, tools),
    name: ({ name }) => name,
  });
}

function list({ deps }: Workspace, tools: Tool[]): string {
  if (tools.length === 0) return 'No tools.\n';
  const rows = tools.map((tool) => [tool.name, firstLine(tool.description ?? tool.title ?? '')]);
  return table(['TOOL', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env));
}

/** `tools describe`: one tool with its arguments; JSON is the tool as the server sent it, which `--schema` takes. */
export async function toolsDescribe(workspace: Workspace, name: string, options: PinOptions): Promise<void> {
  const pinned = await pinnedTool(workspace, options);
  const names = await targets(workspace, []);
  const outcomes = await askAll(workspace, names, (session) => session.listTools());
  throwFailures(outcomes);
  const { server, tool } = findTool(
    outcomes.map(({ server, value }) => ({ server, tools: value ?? [] })),
    name,
    listCommand(names),
  );
  pinned?.(tool, server);
  print(workspace, { json: tool, text: () => description(workspace, tool) });
}

function description({ deps }: Workspace, tool: Tool): string {
  const root = asSchema(tool.inputSchema);
  const own = resolve(root, root);
  const required = new Set(Array.isArray(own.required) ? own.required : []);
  const rows = Object.entries(asSchema(own.properties)).map(([name, value]) => {
    const schema = resolve(asSchema(value), root);
    const choices = Array.isArray(schema.enum) ? ` (${schema.enum.map(String).join(', ')})` : '';
    const types = typesOf(schema, root).join(' or ') || 'any';
    return [name, types, required.has(name) ? 'yes' : '', `${String(schema.description ?? '')}${choices}`];
  });
  const title = tool.title ?? tool.annotations?.title;
  return [
    `${sanitize(tool.name)}${title ? `: ${sanitize(title)}` : ''}\n`,
    tool.description ? `\n${prose(tool.description, deps.stdout)}` : '',
    rows.length > 0
      ? `\n${table(['ARGUMENT', 'TYPE', 'REQUIRED', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env))}`
      : '\nIt takes no arguments.\n',
  ].join('');
}
