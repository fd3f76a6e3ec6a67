import type { Tool } from '@modelcontextprotocol/client';
import { findTool, listCommand } from '../session/catalog.ts';
import { asSchema, resolve, typesOf } from '../session/input-schema.ts';
import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { print } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { sanitize, sanitizeLines } from '../ui/sanitize.ts';
import { table, tableView } from '../ui/table.ts';
import { targets, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `tools list`: the tools as the servers sent them. Several servers are asked side by side. */
export async function toolsList(workspace: Workspace, named: string[]): Promise<void> {
  const names = await targets(workspace, named);
  const outcomes = await shelves(workspace, names);
  const [only] = outcomes;
  if (outcomes.length === 1 && only) {
    throwFailures(outcomes);
    const tools = only.value ?? [];
    print(workspace, { json: { tools }, items: tools, text: () => list(workspace, tools) });
    return;
  }
  const told = outcomes.map(({ server, value, error }) => [
    server,
    value ? { tools: value } : { error: errorJson(error) },
  ]);
  print(workspace, {
    json: { servers: Object.fromEntries(told) },
    items: outcomes.flatMap(({ server, value, error }): unknown[] =>
      value ? value.map((tool) => ({ server, tool })) : [{ server, error: errorJson(error) }],
    ),
    text: () =>
      outcomes
        .flatMap(({ server, value }) =>
          value ? `${sanitize(server)} (${value.length})\n${list(workspace, value)}` : [],
        )
        .join('\n'),
  });
  throwFailures(outcomes);
}

function shelves(workspace: Workspace, names: string[]): Promise<Outcome<Tool[]>[]> {
  return sideBySide(names, (name) => withSession(workspace, name, (session) => session.listTools()));
}

function list({ deps }: Workspace, tools: Tool[]): string {
  if (tools.length === 0) return 'No tools.\n';
  const rows = tools.map((tool) => [tool.name, firstLine(tool.description ?? tool.title ?? '')]);
  return table(['TOOL', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env));
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0] ?? '';
}

/** `tools describe`: one tool with its arguments; JSON is the tool as the server sent it. */
export async function toolsDescribe(workspace: Workspace, name: string): Promise<void> {
  const names = await targets(workspace, []);
  const outcomes = await shelves(workspace, names);
  throwFailures(outcomes);
  const { tool } = findTool(
    outcomes.map(({ server, value }) => ({ server, tools: value ?? [] })),
    name,
    listCommand(names),
  );
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
    tool.description ? `\n${sanitizeLines(tool.description.trim())}\n` : '',
    rows.length > 0
      ? `\n${table(['ARGUMENT', 'TYPE', 'REQUIRED', 'DESCRIPTION'], rows, tableView(deps.stdout, deps.env))}`
      : '\nIt takes no arguments.\n',
  ].join('');
}
