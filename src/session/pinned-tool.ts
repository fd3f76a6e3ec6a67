// A tool as it was when somebody wrote a script against it.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@modelcontextprotocol/client';
import { ProtocolError, UsageError } from '../errors.ts';
import { parseObject } from '../json-object.ts';
import { serverWord, typed } from '../typed.ts';
import { asSchema } from './input-schema.ts';
import { schemaChanges } from './schema-change.ts';

export type SchemaMode = 'strict' | 'compatible';

export type Pinned = { path: string; tool: Record<string, unknown> };

/** What `tools describe NAME --json` once printed. Throws UsageError `unreadable_file`, `bad_schema_file`. */
export async function readPinned(cwd: string, path: string): Promise<Pinned> {
  const hint = 'make it with: mcp-cli tools describe NAME --json > tool.json';
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause: unknown) => {
    throw new UsageError('unreadable_file', `cannot read ${path}`, { hint, cause });
  });
  const tool = parseObject(text);
  if (typeof tool?.name !== 'string' || typeof tool.inputSchema !== 'object' || tool.inputSchema === null)
    throw new UsageError('bad_schema_file', `${path} does not describe a tool`, { hint });
  return { path, tool };
}

/** Changes that are told; a tool that was made anew has many. */
const TOLD = 10;

/**
 * Throws ProtocolError `schema_changed` that names each change; UsageError `bad_schema_file` where another tool is pinned.
 */
export function requireUnchanged(
  { path, tool: was }: Pinned,
  tool: Tool,
  mode: SchemaMode,
  server: string,
): void {
  if (was.name !== tool.name) {
    throw new UsageError('bad_schema_file', `${path} describes ${String(was.name)}, not ${tool.name}`, {
      hint: 'each tool has a file of its own',
    });
  }
  const found = mode === 'strict' ? differences(was, tool) : broken(was, tool);
  if (found.length === 0) return;
  const more = found.length > TOLD ? `; and ${found.length - TOLD} more` : '';
  const describe = typed('mcp-cli', '--server', serverWord(server), 'tools', 'describe', tool.name);
  throw new ProtocolError(
    'schema_changed',
    `${tool.name} is not what ${path} says: ${found.slice(0, TOLD).join('; ')}${more}`,
    {
      hint: `nothing was called; if the change is right, keep it: ${describe} --json > ${typed(path)}`,
      server,
    },
  );
}

/** What breaks a script that was written for `was`. */
function broken(was: Record<string, unknown>, tool: Tool): string[] {
  const results =
    was.outputSchema === undefined
      ? []
      : tool.outputSchema === undefined
        ? ['its results have no schema any more']
        : schemaChanges('result', asSchema(was.outputSchema), asSchema(tool.outputSchema));
  return [...schemaChanges('arguments', asSchema(was.inputSchema), asSchema(tool.inputSchema)), ...results];
}

/** All that a server says of a tool, but what is only for its looks and for other programs. */
function differences(was: Record<string, unknown>, tool: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(was), ...Object.keys(tool)]);
  for (const key of ['_meta', 'icons']) keys.delete(key);
  const plain = (value: unknown) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  const other = [...keys].filter((key) => !isDeepStrictEqual(plain(was[key]), plain(tool[key])));
  const why = broken(was, tool as Tool);
  return [...why, ...other.map((key) => `another ${key}`)];
}
