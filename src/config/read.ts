// JSON with comments, read as hostile input: a size cap, a nesting cap, no duplicate keys (two parsers would disagree
// about what such a file says), no `__proto__`.

import { dirname } from 'node:path';
import {
  createScanner,
  getLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { ConfigError } from '../errors.ts';
import { invalid, type Path, position, type Source, written } from './place.ts';

export type Json = Record<string, unknown>;

export type Document = Source & {
  root: Json;
  /** One sentence each. */
  warnings: string[];
};

/** The largest file that is read, bytes. */
export const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
// From jsonc-parser's SyntaxKind, a const enum that cannot be imported under isolatedModules.
const CLOSER: Record<number, number> = { 1: 2, 3: 4 };
const END = 17;

/**
 * Parses a configuration file's text.
 * @throws ConfigError `invalid_json` (syntax, duplicates, nesting), `invalid` (not an object)
 */
export function parse(file: string, text: string): Document {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = lineStarts(body);
  let tree: Node | undefined;
  const source: Source = {
    label: file,
    folder: dirname(file),
    at: (path) => lineOf(lines, tree === undefined ? 0 : offsetOf(tree, path)),
  };
  const broken = (offset: number, said: string, hint: string) => {
    const { line, column } = lineOf(lines, offset);
    const where = written(getLocation(body, offset).path);
    return new ConfigError('invalid_json', `${file}:${line}:${column}: ${said} (in ${where})`, { hint });
  };

  const deep = tooDeep(body);
  if (deep !== undefined) {
    const { line, column } = lineOf(lines, deep);
    const said = `${file}:${line}:${column}: nested more than ${MAX_DEPTH} levels deep`;
    throw new ConfigError('invalid_json', said, { hint: 'a server entry needs no more than six levels' });
  }
  const errors: ParseError[] = [];
  tree = parseTree(body, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first) {
    const [said, hint] = WORDS[printParseErrorCode(first.error)] ?? [
      'this is not JSON',
      'check the quotes and commas',
    ];
    throw broken(first.offset, said, body.trim() === '' ? 'write at least {"mcpServers": {}}' : hint);
  }
  if (tree?.type !== 'object') {
    const hint = 'write {"mcpServers": {"NAME": {"url": "https://…"}}}';
    throw invalid({ source, path: [], server: undefined }, 'must be a JSON object', hint);
  }
  const warnings: string[] = [];
  const root = toValue(tree, [], (node, path, said) => {
    if (said === 'twice') {
      throw broken(node.offset, `${written(path)} is given twice`, 'keep one of the two');
    }
    warnings.push(`${position({ source, path })}: the key "__proto__" is ignored`);
  }) as Json;
  return { ...source, root, warnings };
}

const WORDS: Record<string, [said: string, hint: string]> = {
  InvalidSymbol: ['expected a JSON value', 'strings need double quotes; true, false and null are lower case'],
  InvalidNumberFormat: ['this is not a JSON number', 'write it like 30 or 1.5, or quote it'],
  PropertyNameExpected: ['expected a key in double quotes', 'write "key": value'],
  ValueExpected: ['expected a value', 'add the value, or remove the key or the comma before it'],
  ColonExpected: ['expected a colon after the key', 'write "key": value'],
  CommaExpected: ['expected a comma between two members', 'add a comma at the end of the line before'],
  CloseBraceExpected: ['expected a closing brace', 'add the missing "}"'],
  CloseBracketExpected: ['expected a closing bracket', 'add the missing "]"'],
  EndOfFileExpected: ['there is more text after the end of the object', 'keep one object in the file'],
  UnexpectedEndOfComment: ['this comment never ends', 'close it with */'],
  UnexpectedEndOfString: ['this string never ends', 'close it with a double quote on the same line'],
  InvalidUnicode: ['this is not a Unicode escape', 'write \\u and four hexadecimal digits'],
  InvalidEscapeCharacter: ['unknown escape in a string', 'write a backslash as \\\\'],
  InvalidCharacter: ['a control character inside a string', 'write a line break as \\n, a tab as \\t'],
};

/** Offset of the bracket that goes too deep. Looked for first, because the tree parser recurses. */
function tooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  const closers: number[] = [];
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    const closer = CLOSER[token];
    if (closer !== undefined) closers.push(closer);
    // Only the matching bracket closes: a wrong one must not hide how deep the parser already is.
    else if (token === closers.at(-1)) closers.pop();
    if (closers.length > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

type Remark = (node: Node, path: Path, said: 'twice' | 'proto') => void;

function toValue(node: Node, path: Path, remark: Remark): unknown {
  if (node.type === 'array') {
    return (node.children ?? []).map((child, index) => toValue(child, [...path, index], remark));
  }
  if (node.type !== 'object') return node.value;
  const object: Json = {};
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (!key || !value) continue;
    const inner = [...path, key.value as string];
    if (key.value === '__proto__') remark(key, inner, 'proto');
    else if (Object.hasOwn(object, key.value)) remark(key, inner, 'twice');
    else object[key.value] = toValue(value, inner, remark);
  }
  return object;
}

/** Where a path's value starts; where its nearest existing parent does, if it is missing. */
function offsetOf(tree: Node, path: Path): number {
  let node = tree;
  for (const step of path) {
    const child =
      typeof step === 'number'
        ? node.children?.[step]
        : node.children?.find((property) => property.children?.[0]?.value === step)?.children?.[1];
    if (!child) break;
    node = child;
  }
  return node.offset;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1))
    starts.push(index + 1);
  return starts;
}

function lineOf(starts: number[], offset: number): { line: number; column: number } {
  const after = starts.findIndex((start) => start > offset);
  const line = after < 0 ? starts.length : after;
  return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
}
