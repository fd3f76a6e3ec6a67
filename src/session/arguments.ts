import type { Tool } from '@modelcontextprotocol/client';
import { UsageError } from '../errors.ts';
import { isObject } from '../json-object.ts';
import { serverWord, typed } from '../typed.ts';
import { holderOf, placeOf } from './argument-path.ts';
import { asSchema, faults, resolve, type Schema, typesOf } from './input-schema.ts';

/** One `key=value` of a command line, taken apart. */
export type Word = { key: string; kind: 'text' | 'json' | 'file'; value: string };

/** `key=value`, `key:=json` or `key=@file`; throws UsageError `bad_argument` for anything else. */
export function parseWord(word: string): Word {
  const equals = word.indexOf('=');
  const typed = word[equals - 1] === ':';
  const key = word.slice(0, typed ? equals - 1 : equals);
  if (equals < 1 || key === '') {
    throw new UsageError('bad_argument', `"${word}" is not an argument`, {
      hint: 'write key=value, key:=json or key=@file, or give all of them with --args JSON',
    });
  }
  const value = word.slice(equals + 1);
  if (typed) return { key, kind: 'json', value };
  return value.startsWith('@') ? { key, kind: 'file', value: value.slice(1) } : { key, kind: 'text', value };
}

const EXAMPLE = `for example: '{"query":"hello"}', in single quotes in a POSIX shell`;

/** JSON that must be an object; `source` is where it came from, for the message. */
export function parseObject(text: string, source: string): Record<string, unknown> {
  const value = parseJson(text, source);
  if (!isObject(value)) {
    throw new UsageError('bad_json', `${source} must be a JSON object`, {
      hint: EXAMPLE,
    });
  }
  return value;
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('bad_json', `${source} is not JSON`, { hint: EXAMPLE, cause });
  }
}

/**
 * The arguments of one call: `base` (from `--args` or a pipe) with the words laid over it, each word's text turned
 * into the type that the tool's schema gives it, and all of it checked. `readFile` gives a file's text; `servers` are
 * the words by which the person named whom to ask.
 * Throws UsageError `bad_arguments` that names every fault at once.
 */
export async function toolArguments(
  tool: Pick<Tool, 'name' | 'inputSchema'>,
  words: Word[],
  base: Record<string, unknown>,
  readFile: (path: string) => Promise<string>,
  servers: string[],
): Promise<Record<string, unknown>> {
  const root = asSchema(tool.inputSchema);
  // No prototype: a key named `__proto__` is an argument like any other.
  const given: Record<string, unknown> = Object.assign(Object.create(null), base);
  const named = new Set<string>();
  const slips: string[] = [];
  for (const word of words) {
    const { path, schema, fault } = placeOf(word.key, root);
    if (fault !== undefined) slips.push(fault);
    const value =
      word.kind === 'json'
        ? parseJson(word.value, `the value of ${word.key}`)
        : coerce(word.kind === 'file' ? await readFile(word.value) : word.value, schema, root);
    if (fault !== undefined) continue;
    const holder = holderOf(given, path);
    const name = path.at(-1) ?? word.key;
    if (!holder) throw twice(path.slice(0, -1).join('.'), 'is given whole, and in parts as well');
    holder[name] = named.has(word.key) ? again(word.key, holder[name], value) : value;
    named.add(word.key);
  }
  const wrong = [...slips, ...faults(given, root)];
  if (wrong.length > 0) {
    const open = slips.length > 0 ? '\nto send a name that the schema does not list, use --args JSON' : '';
    const asked = servers.map(serverWord).join(',');
    const command = typed('mcp-cli', '--server', asked, 'tools', 'describe', tool.name);
    throw new UsageError('bad_arguments', `wrong arguments for ${tool.name}: ${wrong.join('; ')}`, {
      hint: `see what it takes: ${command}${open}`,
    });
  }
  return { ...given };
}

/** The same key twice makes a list, where the tool wants one. */
function again(key: string, before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  throw twice(key, 'is given twice');
}

function twice(key: string, said: string): UsageError {
  return new UsageError('bad_argument', `${key} ${said}`, { hint: 'keep one of the two' });
}

/** A word's text as the type its schema wants; as it is, if it cannot be that: the check then says what is wrong. */
export function coerce(text: string, schema: Schema, root: Schema): unknown {
  const own = resolve(schema, root);
  if (Array.isArray(own.enum) && !own.enum.includes(text)) {
    const found = own.enum.find((each) => typeof each !== 'object' && String(each) === text);
    if (found !== undefined) return found;
  }
  for (const type of typesOf(own, root)) {
    const value = attempt(text.trim(), text, type, own, root);
    if (value !== undefined) return value;
  }
  return text;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function attempt(trimmed: string, text: string, type: string, own: Schema, root: Schema): unknown {
  switch (type) {
    case 'string':
      return text;
    case 'null':
      return trimmed === 'null' ? null : undefined;
    case 'boolean':
      return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined;
    case 'integer':
    case 'number':
      // 1e999 is no number in JSON; an integer beyond 2^53 would be another integer.
      return NUMBER.test(trimmed) && exact(trimmed, type) ? Number(trimmed) : undefined;
    case 'object':
      return parsed(trimmed, '{');
    case 'array':
      return parsed(trimmed, '[') ?? list(text, asSchema(own.items), root);
    default:
      return undefined;
  }
}

function exact(text: string, type: string): boolean {
  const value = Number(text);
  return type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function parsed(text: string, opening: string): unknown {
  if (!text.startsWith(opening)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function list(text: string, items: Schema, root: Schema): unknown[] {
  return text === '' ? [] : text.split(',').map((each) => coerce(each, items, root));
}
