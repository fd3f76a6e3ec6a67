// Which file of dist/ a module goes to.
import { fileURLToPath } from 'node:url';

/**
 * What is wanted together lies in one file: each file costs a third of a millisecond, and each hundred kilobytes another.
 * A file has what these modules import when they are loaded, and nothing that a file above has, or `src/main.ts`, which
 * answers `--version` alone.
 */
const TOGETHER = {
  program: ['program.ts', 'ui/prompt.ts', 'ui/console.ts'],
  token: [
    'auth/bearer.ts',
    'commands/auth-token.ts',
    'config/adhoc.ts',
    'config/config.ts',
    'config/provided.ts',
    'config/server.ts',
    'config/tokens.ts',
    'store/machine.ts',
    'store/places.ts',
    'ui/progress.ts',
    'workspace/network.ts',
    'workspace/opening.ts',
    'workspace/workspace.ts',
  ],
  http: ['session/http.ts', 'fetch.ts'],
  'sign-in': ['auth/login.ts', 'auth/renew.ts'],
  // Commands that ask no server print and ask as well.
  tools: ['commands/tools.ts', 'commands/tools-call.ts', 'ui/server-log.ts', 'workspace/elicitation.ts'],
  session: ['session/open.ts', 'workspace/asked.ts', 'workspace/memory.ts'],
};

/** Begins a file of its own, whoever imports it: a token that is fresh needs none of them. */
const APART = ['auth/login.ts', 'auth/renew.ts', 'session/http.ts'];

/** Files, and the packages that no one wants without them. */
const WITH = {
  program: /^commander$/,
  token: /^jsonc-parser$/,
  session: /^@modelcontextprotocol\/client$/,
  'cross-spawn': /^(which|isexe|path-key|shebang-(command|regex))$/,
};

const source = (name) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** Module id -> the name of its file. */
function filesOf(getModuleInfo) {
  const files = new Map();
  const apart = new Set(APART.map(source));
  const take = (id, file, isFirst) => {
    if (files.has(id) || (apart.has(id) && !isFirst)) return;
    files.set(id, file);
    for (const next of getModuleInfo(id)?.importedIds ?? []) take(next, file, false);
  };
  take(source('main.ts'), null, true);
  for (const [file, names] of Object.entries(TOGETHER))
    for (const name of names) take(source(name), file, true);
  return files;
}

let files;

/** Any other package is a file of its own: no command loads one that it does not use. */
export function fileOf(id, context) {
  files ??= filesOf((each) => context.getModuleInfo(each));
  const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
  if (inside === undefined) return files.get(id) ?? null;
  const [first = inside] = Object.keys(WITH).filter((each) => WITH[each].test(inside));
  return first.replace('@', '').replace('/', '-');
}
