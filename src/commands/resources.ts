import type { Resource, ResourceTemplateType } from '@modelcontextprotocol/client';
import { byteSize } from '../ui/result.ts';
import { firstLine, sparseTable, tableView } from '../ui/table.ts';
import { printLists } from '../workspace/lists.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `resources list`: the resources as the servers sent them, pages merged. */
export async function resourcesList(workspace: Workspace, named: string[]): Promise<void> {
  await printLists(workspace, named, {
    many: 'resources',
    one: 'resource',
    ask: (session) => session.listResources(),
    text: (resources) => list(workspace, 'RESOURCE', resources, ({ uri }) => uri),
    name: ({ uri }) => uri,
  });
}

/** `resources templates`: what `resources read` fills in. */
export async function resourcesTemplates(workspace: Workspace, named: string[]): Promise<void> {
  await printLists(workspace, named, {
    many: 'resourceTemplates',
    one: 'resourceTemplate',
    ask: (session) => session.listResourceTemplates(),
    text: (templates) => list(workspace, 'TEMPLATE', templates, ({ uriTemplate }) => uriTemplate),
    name: ({ uriTemplate }) => uriTemplate,
  });
}

function list<T extends Resource | ResourceTemplateType>(
  { deps }: Workspace,
  heading: string,
  items: T[],
  key: (item: T) => string,
): string {
  if (items.length === 0) return heading === 'RESOURCE' ? 'No resources.\n' : 'No templates.\n';
  const rows = items.map((item) => [
    key(item),
    item.title ?? item.name,
    item.mimeType ?? '',
    'size' in item && typeof item.size === 'number' ? byteSize(item.size) : '',
    firstLine(item.description ?? ''),
  ]);
  return sparseTable(
    [heading, 'NAME', 'TYPE', 'SIZE', 'DESCRIPTION'],
    rows,
    tableView(deps.stdout, deps.env),
  );
}
