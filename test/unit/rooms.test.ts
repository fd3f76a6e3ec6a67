// The house: which room may import from which (docs/architecture.md). Reads the imports, runs nothing.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Room -> rooms it may import. `types` may be imported from config by everyone. */
const MAY: Record<string, readonly string[]> = {
  main: ['program', 'deps', 'errors', 'fetch', 'place', 'ui', 'version'],
  program: ['tree', 'commands', 'workspace', 'ui', 'deps', 'errors', 'version'],
  tree: ['commands', 'workspace', 'errors', 'nearest'],
  workspace: [
    'chat',
    'config',
    'session',
    'auth',
    'adopt',
    'store',
    'ui',
    'deps',
    'errors',
    'json-object',
    'typed',
    'version',
    'whole-file',
  ],
  commands: [
    'workspace',
    'shell',
    'chat',
    'session',
    'auth',
    'adopt',
    'store',
    'config',
    'bridge',
    'sandbox',
    'demo',
    'doctor',
    'ui',
    'deps',
    'errors',
    'nearest',
    'place',
    'typed',
  ],
  sandbox: ['deps', 'errors', 'url'],
  demo: ['deps', 'errors', 'place'],
  // Asks what the program would ask, and changes nothing of what it finds.
  doctor: ['session', 'auth', 'store', 'deps', 'errors', 'typed', 'url'],
  shell: ['workspace', 'chat', 'session', 'auth', 'ui', 'deps', 'errors', 'nearest', 'typed'],
  // A model's words and a server's words meet here: it makes no sign-in and reads no configuration.
  chat: ['session', 'store', 'ui', 'deps', 'errors', 'headers', 'json-object', 'nearest', 'response', 'url'],
  // Passes on what it does not look into.
  bridge: ['session', 'auth', 'errors', 'json-object'],
  session: ['auth', 'deps', 'errors', 'headers', 'json-object', 'nearest', 'response', 'typed', 'url'],
  auth: ['store', 'deps', 'errors', 'headers', 'json-object', 'limit', 'typed', 'url'],
  store: ['deps', 'errors', 'json-object', 'limit', 'place', 'typed', 'whole-file'],
  // Reads the files of other programs, and knows nothing of sessions, servers or sign-ins under way.
  adopt: ['store', 'deps', 'errors', 'json-object', 'typed', 'whole-file'],
  config: ['deps', 'errors', 'json-object', 'nearest', 'typed', 'whole-file'],
  ui: ['deps', 'errors', 'json-object', 'url'],
  deps: [],
  errors: [],
  fetch: ['deps'],
  headers: [],
  'json-object': [],
  limit: [],
  nearest: [],
  response: ['headers'],
  typed: [],
  url: ['errors'],
  'whole-file': [],
  place: [],
  version: ['place'],
};

/** Rooms whose types (and only types) a room may name besides. */
const MAY_NAME: Record<string, readonly string[]> = {
  session: ['config', 'store'],
  bridge: ['config'],
  auth: ['config'],
  store: ['config'],
  doctor: ['config'],
  workspace: ['doctor'],
  chat: ['config'],
  ui: ['chat', 'auth', 'adopt', 'doctor', 'session', 'store', 'config', 'workspace'],
  shell: ['config', 'store'],
};

type Import = {
  file: string;
  room: string;
  target: string;
  targetRoom: string;
  typeOnly: boolean;
  lazy: boolean;
};

const imports = sourceFiles(SRC).flatMap(importsOf);

describe('the rooms', () => {
  test('are all known', () => {
    const rooms = new Set(sourceFiles(SRC).map(roomOf));
    expect([...rooms].filter((room) => !(room in MAY))).toEqual([]);
  });

  test('import one way only', () => {
    const wrong = imports.filter(({ room, targetRoom, typeOnly }) => {
      if (room === targetRoom) return false;
      if (MAY[room]?.includes(targetRoom)) return false;
      return !(typeOnly && MAY_NAME[room]?.includes(targetRoom));
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test('commands never import commands', () => {
    const wrong = imports.filter(({ room, targetRoom, typeOnly }) => {
      return room === 'commands' && targetRoom === 'commands' && !typeOnly;
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test('each command is loaded when it is called, and the sandbox by its own alone', () => {
    const early = imports.filter(
      ({ room, targetRoom, lazy }) => room === 'tree' && targetRoom === 'commands' && !lazy,
    );
    expect(early.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
    const users = (name: string) =>
      new Set(
        imports
          .filter(({ room, targetRoom }) => room !== name && targetRoom === name)
          .map(({ file }) => file),
      );
    expect([...users('sandbox')]).toEqual(['commands/sandbox.ts']);
    expect([...users('demo')]).toEqual(['commands/demo.ts']);
  });

  test('only main touches process', () => {
    const users = sourceFiles(SRC).filter((file) => /(?<!['"`].*)\bprocess\./.test(withoutComments(file)));
    expect(users.map((file) => relative(SRC, file))).toEqual(['main.ts']);
  });

  test('no file is longer than 200 lines', () => {
    const long = sourceFiles(SRC).filter(
      (file) => readFileSync(file, 'utf8').trimEnd().split('\n').length > 200,
    );
    expect(long.map((file) => relative(SRC, file))).toEqual([]);
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function roomOf(file: string): string {
  return relative(SRC, file).replace(/\.ts$/, '').split('/')[0] ?? '';
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?([^'"]*?\bfrom\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/g;
  for (const [, type, names, fixed, lazy] of text.matchAll(pattern)) {
    const target = normalize(join(dirname(file), fixed ?? lazy ?? ''));
    const typeOnly = type !== undefined || onlyTypes(names);
    found.push({
      file: relative(SRC, file),
      room: roomOf(file),
      target: relative(SRC, target),
      targetRoom: roomOf(target),
      typeOnly,
      lazy: lazy !== undefined,
    });
  }
  return found;
}

/** `import { type A, type B } from` */
function onlyTypes(names: string | undefined): boolean {
  const list = /\{([^}]*)\}/.exec(names ?? '')?.[1];
  return list?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

function withoutComments(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*/g, '');
}
