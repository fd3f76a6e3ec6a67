// The command line that would make a call again. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@modelcontextprotocol/client';
import { coerce } from '../session/arguments.ts';
import { asSchema, resolve, type Schema } from '../session/input-schema.ts';
import { serverWord, typed } from '../typed.ts';
import { json } from '../ui/json.ts';
import { sanitize } from '../ui/sanitize.ts';

type Call = {
  /** As the person named it. */
  server: string;
  tool: Pick<Tool, 'name' | 'inputSchema'>;
  args: Readonly<Record<string, unknown>>;
  /** Further flags of the program, as words. */
  flags?: string[];
};

/** Characters of one word: a longer one is nothing to look at, and some systems take no such line. */
const LONGEST = 500;

/**
 * `mcp-cli --server notion tools call search query=hello 'filter:={"a":1}'`, in words that a POSIX shell hands over as they
 * are and that give the same arguments. `piped` are those that are too long for a line, or that no word can name: the
 * line has `--args -` for them, which reads them as one JSON object from standard input.
 */
export function repeatLine({ server, tool, args, flags = [] }: Call): { line: string; piped: string[] } {
  const root = asSchema(tool.inputSchema);
  const properties = asSchema(resolve(root, root).properties);
  const words: string[] = [];
  const piped: string[] = [];
  for (const [key, value] of Object.entries(args)) {
    const schema = Object.hasOwn(properties, key) ? asSchema(properties[key]) : undefined;
    const word = schema || mayBeNamed(root, properties) ? wordOf(key, value, schema ?? {}, root) : undefined;
    if (word === undefined || word.length > LONGEST) piped.push(key);
    else words.push(word);
  }
  // A server chose it, and this line is shown.
  const name = sanitize(tool.name);
  // A word that begins with a dash would be a flag.
  const open = [name, ...words].some((each) => each.startsWith('-')) ? ['--'] : [];
  const base = piped.length > 0 ? ['--args', '-'] : [];
  const line = typed(
    'mcp-cli',
    ...flags,
    '--server',
    serverWord(server),
    'tools',
    'call',
    ...base,
    ...open,
    name,
    ...words,
  );
  return { line, piped };
}

/** Of words, a name that the schema does not list is a slip of the finger, unless it lists none. */
function mayBeNamed(root: Schema, properties: Schema): boolean {
  const lists = Object.keys(properties).length > 0;
  return !lists || root.additionalProperties !== undefined || Boolean(root.patternProperties);
}

function wordOf(key: string, value: unknown, schema: Schema, root: Schema): string | undefined {
  // What takes it apart looks for the first `=`, and for a `:` before it.
  if (key === '' || key.includes('=') || key.endsWith(':') || sanitize(key) !== key) return undefined;
  if (isText(value) && isDeepStrictEqual(coerce(String(value), schema, root), value))
    return `${key}=${value}`;
  const text = json(value).trimEnd();
  return text.length <= LONGEST ? `${key}:=${text}` : undefined;
}

/** What can stand behind a `=`: a text that begins with `@` would be a file's name, and one with hidden characters a lie. */
function isText(value: unknown): value is string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true;
  return typeof value === 'string' && !value.startsWith('@') && sanitize(value) === value;
}
