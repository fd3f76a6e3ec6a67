import type { Tool } from '@modelcontextprotocol/client';
import type { SchemaMode } from '../session/pinned-tool.ts';
import type { Workspace } from './workspace.ts';

export type PinOptions = { schema?: string; schemaMode?: SchemaMode };

/**
 * `--schema FILE`: what holds a tool against it, and throws ProtocolError `schema_changed`; undefined: nothing is pinned. The
 * file is read before a server is asked: UsageError `unreadable_file`, `bad_schema_file`.
 */
export async function pinnedTool(
  { deps }: Workspace,
  { schema, schemaMode = 'compatible' }: PinOptions,
): Promise<((tool: Tool, server: string) => void) | undefined> {
  if (schema === undefined) return undefined;
  const { readPinned, requireUnchanged } = await import('../session/pinned-tool.ts');
  const pinned = await readPinned(deps.cwd, schema);
  return (tool, server) => requireUnchanged(pinned, tool, schemaMode, server);
}
