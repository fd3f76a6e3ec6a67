// Entries of the configuration added and removed, on a person's own command.

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import type { Opening } from './config.ts';
import { type Sections, sections } from './dialects.ts';
import { put, without } from './edit.ts';
import type { ServerEntry } from './entry.ts';
import { required } from './expand.ts';
import { readSafely } from './file.ts';
import { locate } from './locate.ts';
import { invalid, type Path } from './place.ts';
import { type Document, type Json, parse } from './read.ts';
import { rewrite } from './rewrite.ts';
import { toEntry } from './server.ts';
import { keepTrust } from './trust.ts';
import { trustFile } from './trust-file.ts';
import { trustLocated } from './trust-located.ts';
import { namedBy } from './trust-set.ts';

export type Editor = {
  /** Absolute path. */
  file: string;
  names(): string[];
  /**
   * Puts an entry there, in the place of one that has the name, and reads it as it will be read. What is unset of the
   * variables that it needs is told, and no failure.
   * @throws ConfigError `invalid`, `unsupported_reference`
   */
  add(name: string, value: Json): { entry: ServerEntry; unset: string[] };
  remove(name: string): void;
};

const EMPTY = '{\n  "mcpServers": {}\n}\n';
/** Others may write the file again and again; they do not have to be outlasted. */
const ATTEMPTS = 5;

/**
 * Changes the file that is in use, or makes `~/.mcp_cli/server_config.json`. `change` is called again, from the start,
 * if somebody else wrote the file meanwhile; if it throws, nothing is written.
 * @throws ConfigError as `openConfig`; `unwritable`; `changed`
 */
export async function changeConfig<T>(opening: Opening, change: (editor: Editor) => T): Promise<T> {
  const { home, platform } = opening;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const located = await locate(opening.flag, opening);
    const file = located.file ?? join(home, '.mcp_cli', 'server_config.json');
    const before = located.file === undefined ? undefined : await readSafely(file, platform);
    const old = parse(file, before ?? EMPTY);
    await trustLocated(located, old, opening);
    const draft = { text: before ?? EMPTY };
    const result = change(editorOf(file, draft, opening));
    if (draft.text === before) return result;
    if (!(await rewrite(file, before, draft.text, platform))) continue;
    const named = { before: namedBy(old.root), after: namedBy(parse(file, draft.text).root) };
    await keepTrust(file, named, located.stranger, trustFile(home, platform));
    return result;
  }
  throw new ConfigError('changed', 'somebody else keeps changing the configuration file', {
    hint: 'nothing was changed; try again when it is quiet',
  });
}

function editorOf(file: string, draft: { text: string }, { env, home, warn }: Opening): Editor {
  const read = () => readText(file, draft.text);
  return {
    file,
    names: () => [...read().servers.keys()],
    add(name, value) {
      const before = read();
      const path = wrapperOf(before);
      const text =
        path === undefined
          ? put(draft.text, [], 'mcpServers', { [name]: value })
          : put(draft.text, path, name, value);
      const after = readText(file, text);
      const found = after.servers.get(name);
      if (found === undefined || !isDeepStrictEqual(found.value, value)) {
        const place = {
          source: after.document,
          path: [...(path ?? ['mcpServers']), name],
          server: undefined,
        };
        throw invalid(place, 'cannot be the name of a server in this file', 'choose another name');
      }
      sameBut(name, before, after);
      const unset = unsetOf(value, env);
      const place = { source: after.document, path: found.path, server: undefined };
      const entry = toEntry(name, found.value, place, { env: { ...env, ...unset }, home, warn });
      draft.text = text;
      return { entry, unset: Object.keys(unset) };
    },
    remove(name) {
      const before = read();
      const path = before.servers.get(name)?.path;
      if (path === undefined) return;
      const text = without(draft.text, path.slice(0, -1), name);
      sameBut(name, before, readText(file, text));
      draft.text = text;
    },
  };
}

/**
 * Reads an entry that is in no file of ours yet, as it would be read.
 * @throws ConfigError `invalid`, `unsupported_reference`
 */
export function tried(
  name: string,
  value: Json,
  label: string,
  { env, home }: Pick<Opening, 'env' | 'home'>,
): { entry: ServerEntry; unset: string[] } {
  const document = {
    ...parse(label, JSON.stringify({ mcpServers: { [name]: value } })),
    at: () => undefined,
  };
  const found = sections(document, () => undefined).servers.get(name);
  const place = { source: document, path: ['mcpServers', name], server: undefined };
  if (found === undefined) throw invalid(place, 'cannot be the name of a server', 'choose another name');
  const unset = unsetOf(value, env);
  const around = { env: { ...env, ...unset }, home, warn: () => undefined };
  return {
    entry: toEntry(name, found.value, { ...place, path: found.path }, around),
    unset: Object.keys(unset),
  };
}

type Read = Sections & { document: Document };

function readText(file: string, text: string): Read {
  const document = parse(file, text);
  // Of what else is odd in the file every other command tells.
  return { document, ...sections(document, () => undefined) };
}

/** Where this file keeps its servers; undefined: nowhere yet. */
function wrapperOf({ document, servers }: Read): Path | undefined {
  const wrapper = ['mcpServers', 'servers'].find((key) => Object.hasOwn(document.root, key));
  if (wrapper !== undefined) return [wrapper];
  return servers.size > 0 ? [] : undefined;
}

/** The last net under the editing of text: nothing else of the file may mean anything else. */
function sameBut(name: string, before: Read, after: Read): void {
  const rest = ({ servers, storage }: Read) => [
    [...servers].filter(([each]) => each !== name).map(([each, { value }]) => [each, value]),
    storage,
  ];
  if (isDeepStrictEqual(rest(before), rest(after))) return;
  const place = { source: before.document, path: [], server: undefined };
  throw invalid(place, 'cannot be changed without changing other entries', 'change it by hand');
}

/** What stands for variables that are not set: whether they are is known only when the server is used. */
function unsetOf(value: unknown, env: Env, key = ''): Record<string, string> {
  if (typeof value === 'string') {
    const address = /(url|uri|endpoint|issuer)$/i.test(key) && value.startsWith('${');
    const names = required(value).filter((name) => env[name] === undefined);
    return Object.fromEntries(names.map((name) => [name, address ? 'https://unset.invalid' : 'unset']));
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([inner, item]) => unsetOf(item, env, inner)));
}
