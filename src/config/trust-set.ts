// What a file names that could do harm. Pure. Read from the file as written, before any variable is looked up, and
// from all of it, known keys or not: nothing that is used can be missing here.

import { createHash } from 'node:crypto';
import { isObject } from '../json-object.ts';
import { tokens, variables } from './expand.ts';
import { isSecret, MASK, maskedArgs } from './mask.ts';
import { type Path, printable, written } from './place.ts';
import type { Json } from './read.ts';

export type Kind = 'command' | 'host' | 'variable' | 'token' | 'file' | 'setting';

/** One thing that a file names. `at` is part of it: a secret moved to another host's entry is a new thing. */
export type Named = {
  kind: Kind;
  at: string;
  /** Safe to show: no control characters, no secrets. */
  shown: string;
  /** SHA-256 of all of it, the hidden parts too. Kept instead of the text, which may hold secrets. */
  print: string;
};

const FILE = /(_|[a-z])(file|File)$|^client_?(cert|key)$/i;
const VARIABLE = /(_env|_env_var|Env|EnvVar)$/;
/** Keys that hold an address even where it does not look like one yet. */
const ADDRESS = /(url|uri|endpoint|issuer)$/i;
/** Grants that are a person's. With any other the platform's own token of a workload may be sent without being named. */
const PERSONAL = /^(urn:ietf:params:oauth:grant-type:)?(authorization|device)[-_]code$/;
/** What weakens a check of ours. */
const LOOSE = /^allow_?(http|private_?network|missing_?pkce_?metadata)$/i;

/** Everything a file names, in the file's order, each thing once. */
export function namedBy(root: Json): Named[] {
  const all = new Map<string, Named>();
  for (const item of walk(root, [])) all.set(item.print, item);
  return [...all.values()];
}

function walk(value: unknown, path: Path): Named[] {
  if (typeof value === 'string') return inText(value, path);
  if (value === true && LOOSE.test(String(path.at(-1)))) return [named('setting', path, 'true')];
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
  if (!isObject(value)) return [];
  const inside = Object.entries(value).flatMap(([key, item]) => walk(item, [...path, key]));
  return 'command' in value ? [command(value, path), ...inside] : inside;
}

function inText(text: string, path: Path): Named[] {
  const key = String(path.at(-1));
  const found = variables(text).map((name) => named('variable', path, name));
  for (const { namespace, name } of tokens(text)) found.push(named('token', path, `${namespace}:${name}`));
  if (VARIABLE.test(key)) found.push(named('variable', path, text));
  if (/^grant_?type$/i.test(key) && !PERSONAL.test(text)) found.push(named('setting', path, text));
  if (FILE.test(key)) found.push(named('file', path, text));
  const host = hostIn(text, key);
  if (host !== undefined) found.push(named('host', path, host));
  return /^token_?storage$/i.test(String(path[0])) && host === undefined
    ? [...found, stored(text, key, path)]
    : found;
}

/** Where a URL leads. One that is completed by variables is shown as it stands. */
function hostIn(text: string, key: string): string | undefined {
  if (text.includes('${')) return ADDRESS.test(key) || text.includes('://') ? text : undefined;
  if (!URL.canParse(text)) return undefined;
  const { protocol, host } = new URL(text);
  return host === '' ? undefined : `${protocol}//${host}`;
}

/** How tokens are kept decides who can read them: under a password that a stranger chose, the stranger can. */
function stored(text: string, key: string, path: Path): Named {
  const literal = isSecret(key) && !text.includes('${');
  return named('setting', path, literal ? `${MASK} (written in the file)` : text);
}

/** A program with all that decides what it does: arguments, variables, folder. */
function command(entry: Json, path: Path): Named {
  const { command: program, args = [], env = {}, cwd } = entry;
  const safe = [program, ...maskedArgs(Array.isArray(args) ? args : [args])].map(word).join(' ');
  const set = isObject(env) ? Object.entries(env) : [];
  const variables = set.map(
    ([name, item]) => `${name}=${isSecret(name) && !isReference(item) ? MASK : word(item)} `,
  );
  const folder = cwd === undefined ? '' : ` (in ${word(cwd)})`;
  const shown = `${variables.join('')}${safe}${folder}`;
  return named('command', path, shown, JSON.stringify([program, args, env, cwd]));
}

const isReference = (item: unknown) => typeof item === 'string' && /^\$\{\w+\}$/.test(item);

function word(item: unknown): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return /^[\w@%+=:,./${}*-]+$/.test(text) ? text : JSON.stringify(text);
}

function named(kind: Kind, path: Path, shown: string, whole = shown): Named {
  const at = written(path);
  const print = createHash('sha256')
    .update(JSON.stringify([kind, at, whole]))
    .digest('base64url');
  return { kind, at, shown: printable(shown, 2000), print };
}
