// `${VAR}`, `${VAR:-default}` and their relatives, anywhere in a string. Pure: the environment is a value.
// What a variable holds is never expanded again, so nobody can smuggle a reference in through the environment.

import type { Env } from '../deps.ts';
import { invalid, type Place } from './place.ts';

/** `${TOKEN:namespace:name}`: something of the store, which only whoever connects may read. */
export type TokenReference = { namespace: string; name: string };

/** A string taken apart. `foreign` is a reference of a kind we do not know; `open` is one that never closes. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'variable'; name: string; fallback: Piece[] | undefined }
  | ({ kind: 'token' } & TokenReference)
  | { kind: 'foreign'; text: string }
  | { kind: 'open' };

const VARIABLE = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;
/** Not `${TOKEN:-default}`, which is a variable of that name. */
const TOKEN = /^TOKEN:(?!-)(?:([^:{}]+):)?([^{}]+)$/;
/** Where `token set NAME` puts a token without `--namespace`. */
const NAMESPACE = 'bearer';
/** The Python tool's other spelling of a stored token. */
const BRACES = /^\{\{token:[^{}]*\}\}/;
// Deeper defaults than this are an attack on the stack, not a configuration.
const DEPTH = 16;

/** Takes a string apart. `$${` stands for a literal `${`. Never throws. */
export function pieces(text: string, depth = 0): Piece[] {
  const found: Piece[] = [];
  let plain = '';
  let index = 0;
  const add = (piece: Piece) => {
    if (plain !== '') found.push({ kind: 'text', text: plain });
    plain = '';
    found.push(piece);
  };
  while (index < text.length) {
    const braces = text.startsWith('{{', index) ? BRACES.exec(text.slice(index, index + 200)) : null;
    if (text.startsWith('$${', index)) {
      plain += '${';
      index += 3;
    } else if (text.startsWith('${', index)) {
      const end = closing(text, index + 2);
      add(end === undefined ? { kind: 'open' } : reference(text.slice(index + 2, end), depth));
      if (end === undefined) return found;
      index = end + 1;
    } else if (braces) {
      add({ kind: 'foreign', text: braces[0] });
      index += braces[0].length;
    } else {
      plain += text[index];
      index += 1;
    }
  }
  if (plain !== '') found.push({ kind: 'text', text: plain });
  return found;
}

/** The brace that closes a reference; inner references (in a default) are stepped over. */
function closing(text: string, from: number): number | undefined {
  let open = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text.startsWith('${', index)) open += 1;
    else if (text[index] === '}') open -= 1;
    if (open === 0) return index;
  }
  return undefined;
}

function reference(inside: string, depth: number): Piece {
  const token = TOKEN.exec(inside);
  if (token) return { kind: 'token', namespace: token[1] ?? NAMESPACE, name: token[2] ?? '' };
  const variable = VARIABLE.exec(inside);
  if (!variable || depth >= DEPTH) return { kind: 'foreign', text: `\${${inside}}` };
  const fallback = variable[2] === undefined ? undefined : pieces(variable[2], depth + 1);
  return { kind: 'variable', name: variable[1] ?? '', fallback };
}

/**
 * Replaces every reference. A default is used when the variable is unset or empty, as in a shell.
 * @throws ConfigError `missing_env`, `unsupported_reference`, `invalid`
 */
export function expand(text: string, env: Env, place: Place): string {
  const parts = expandParts(text, env, place);
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  throw invalid(
    place,
    'refers to a stored token, which only headers and the env of a local server can',
    `put the value into an environment variable and write "\${NAME}"`,
    'unsupported_reference',
  );
}

/** The same, but stored tokens are left as what they are. Neighbouring texts may be one or several. */
export function expandParts(text: string, env: Env, place: Place): (string | TokenReference)[] {
  // The usual case by far, and it keeps a start-up from paying for the others.
  if (!text.includes('${') && !text.includes('{{')) return [text];
  return join(pieces(text), env, place);
}

function join(list: Piece[], env: Env, place: Place): (string | TokenReference)[] {
  return list.flatMap((piece) => resolve(piece, env, place));
}

function resolve(
  piece: Piece,
  env: Env,
  place: Place,
): string | TokenReference | (string | TokenReference)[] {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'variable': {
      const value = read(env, piece.name);
      if (piece.fallback && (value === undefined || value === '')) return join(piece.fallback, env, place);
      if (value !== undefined) return value;
      const hint = `set ${piece.name}, or give a default: "\${${piece.name}:-value}"`;
      const said = `needs the environment variable ${piece.name}, which is not set`;
      throw invalid(place, said, hint, 'missing_env');
    }
    case 'token':
      return { namespace: piece.namespace, name: piece.name };
    case 'foreign':
      throw invalid(
        place,
        'has a reference of an unknown kind',
        `write "\${NAME}" or "\${NAME:-default}"; for a literal "\${" write "$\${"`,
        'unsupported_reference',
      );
    case 'open':
      throw invalid(
        place,
        'has a "${" that is never closed',
        'add the "}", or write "$${" for a literal one',
      );
  }
}

function read(env: Env, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

/** Every string inside a value expanded; keys stay as they are. */
export function expandAll(value: unknown, env: Env, place: Place): unknown {
  const inner = (step: string | number) => ({ ...place, path: [...place.path, step] });
  if (typeof value === 'string') return expand(value, env, place);
  if (Array.isArray(value)) return value.map((item, index) => expandAll(item, env, inner(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expandAll(item, env, inner(key))]),
  );
}

/** The names of all variables a string reads, defaults included. */
export function variables(text: string): string[] {
  return within(pieces(text)).flatMap((piece) => (piece.kind === 'variable' ? [piece.name] : []));
}

/** The names of the variables without which a string has no value. */
export function required(text: string): string[] {
  const of = (list: Piece[]): string[] =>
    list.flatMap((piece) =>
      piece.kind !== 'variable' ? [] : piece.fallback ? of(piece.fallback) : [piece.name],
    );
  return of(pieces(text));
}

/** The stored tokens that a string reads, defaults included. */
export function tokens(text: string): TokenReference[] {
  return within(pieces(text)).flatMap((piece) => (piece.kind === 'token' ? [piece] : []));
}

function within(list: Piece[]): Piece[] {
  return list.flatMap((piece) =>
    piece.kind === 'variable' ? [piece, ...within(piece.fallback ?? [])] : [piece],
  );
}
