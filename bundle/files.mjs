// Which file of dist/ a module goes to.
import { fileURLToPath } from 'node:url';

/**
 * What is wanted together lies in one file: each file costs a third of a millisecond. A file has what these modules
 * import when they are loaded, and nothing that a file above has, or `src/main.ts`, which answers `--version` alone.
 */
const TOGETHER = {
  program: ['program.ts', 'ui/prompt.ts', 'ui/console.ts'],
  token: [
    'auth/bearer.ts',
    'commands/auth-token.ts',
    'config/adhoc.ts',
    'config/config.ts',
    'config/provided.ts',
    'session/http.ts',
    'store/machine.ts',
    'store/places.ts',
    'ui/progress.ts',
    'workspace/workspace.ts',
  ],
  // Commands that ask no server print and ask as well.
  tools: ['commands/tools.ts', 'commands/tools-call.ts', 'ui/server-log.ts', 'workspace/elicitation.ts'],
  session: ['session/open.ts'],
};

const source = (name) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** Module id -> the name of its file. */
function filesOf(getModuleInfo) {
  const files = new Map();
  const take = (id, file) => {
    if (files.has(id)) return;
    files.set(id, file);
    for (const next of getModuleInfo(id)?.importedIds ?? []) take(next, file);
  };
  take(source('main.ts'), null);
  for (const [file, names] of Object.entries(TOGETHER)) for (const name of names) take(source(name), file);
  return files;
}

let files;

/** A package is a file of its own where it is not in one of those: no command loads one that it does not use. */
export function fileOf(id, context) {
  files ??= filesOf((each) => context.getModuleInfo(each));
  const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
  if (inside !== undefined) return inside.replace('@', '').replace('/', '-');
  return files.get(id) ?? null;
}
