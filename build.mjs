// Builds dist/ from src/: the program in pieces that are loaded when they are wanted. One file of CommonJS starts in half
// the time of two hundred modules: no loader thread, no wrapper around each built-in module (docs/performance.md).

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { schemas } from './bundle/schemas.mjs';

/** Left to be resolved where the program is installed: native, found by path, or wanted by few and large. */
const OUTSIDE = [
  /^@anthropic-ai\//,
  /^@inquirer\//,
  /^inquirer$/,
  /^keytar$/,
  /^node-vault$/,
  /^open$/,
  /^openai/,
];

/** The SDK's default validator of JSON schemas. Each of our clients gets its own judge instead (session/output-schema.ts). */
const noValidator = {
  name: 'no-validator',
  resolveId: (id) => (id === '@modelcontextprotocol/client/_shims' ? '\0no-validator' : undefined),
  load: (id) =>
    id === '\0no-validator'
      ? `export const CORS_IS_POSSIBLE = false;
         export class DefaultJsonSchemaValidator { getValidator() { throw new Error('there is no validator'); } }`
      : undefined,
};

/** Of undici, what src/fetch.ts and src/session/dispatcher.ts use: half of it are caches, mocks and sockets of other kinds. */
const UNDICI = {
  fetch: ['lib/web/fetch/index.js', 'fetch'],
  Agent: ['lib/dispatcher/agent.js'],
  ProxyAgent: ['lib/dispatcher/proxy-agent.js'],
  Pool: ['lib/dispatcher/pool.js'],
  buildConnector: ['lib/core/connect.js'],
};
const lessUndici = {
  name: 'less-undici',
  resolveId: (id) => (id === 'undici' ? '\0undici' : undefined),
  load: (id) =>
    id === '\0undici'
      ? Object.entries(UNDICI)
          .map(([name, [path, part]]) => {
            const whole = `from_${name}`;
            return `import ${whole} from 'undici/${path}'; export const ${name} = ${whole}${part ? `.${part}` : ''};`;
          })
          .join('\n')
      : undefined,
};

/** Packages that say `Headers` and `Response` mean ours: Node's own would load all of its fetch (src/headers.ts). */
const lightFetch = {
  name: 'light-fetch',
  transform(code, id) {
    if (!/\/node_modules\/(@modelcontextprotocol\/client|oauth4webapi)\//.test(id)) return undefined;
    const [headers, response] = ['headers.ts', 'response.ts'].map((name) => JSON.stringify(source(name)));
    return `import { Headers } from ${headers};\nimport { Response } from ${response};\n${code}`;
  },
};

/** The SDK's table of all types asks for every schema when it is filled. Each is asked for when it is looked up. */
const lazyTypes = {
  name: 'lazy-types',
  transform(code, id) {
    if (!/\/@modelcontextprotocol\/client\/dist\//.test(id) || !code.includes('function register(key, schema)'))
      return undefined;
    let made = code;
    for (const [before, after] of [
      ['_specTypeSchemas[name] = schema;', 'Object.defineProperty(_specTypeSchemas, name, { enumerable: true, get: schema });'],
      ['schema.safeParse(v).success;\n}', 'schema().safeParse(v).success;\n}'],
      ['register(key, schemas_exports[key])', 'register(key, () => schemas_exports[key])'],
      ['for (const [key, schema] of Object.entries(authSchemas)) register(key, schema)', 'for (const key of Object.keys(authSchemas)) register(key, () => authSchemas[key])'],
    ]) {
      if (made.split(before).length !== 2) throw new Error(`the SDK no longer says: ${before}`);
      made = made.replace(before, () => after);
    }
    return made;
  },
};

/** commander wants it for commands that are programs of their own; there are none. */
const noChild = {
  name: 'no-child',
  transform(code, id) {
    if (!/\/commander\/lib\/command\.js$/.test(id)) return undefined;
    const whole = "const childProcess = require('node:child_process');";
    if (!code.includes(whole)) throw new Error('commander no longer says how it loads child_process');
    return code.replace(whole, 'const childProcess = undefined;');
  },
};

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

const source = (name) => fileURLToPath(new URL(`src/${name}`, import.meta.url));

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
function fileOf(id, context) {
  files ??= filesOf((each) => context.getModuleInfo(each));
  const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
  if (inside !== undefined) return inside.replace('@', '').replace('/', '-');
  return files.get(id) ?? null;
}

/**
 * What a file requires at its top is loaded when it is used first: most commands use a part of what their files know of,
 * and Node's own `tls`, `crypto` and `dns` cost milliseconds too. In the code that rolldown writes such a name stands
 * for nothing else.
 */
const lazily = {
  name: 'lazily',
  renderChunk(code) {
    const names = [];
    let made = code.replace(/^(?:const|let) (\w+) = require\("([^"]+)"\);\n/gm, (whole, name, what) => {
      if (what.includes('rolldown-runtime')) return whole;
      names.push([name, what]);
      return '';
    });
    const heads = [];
    for (const [name, what] of names) {
      const exact = name.replaceAll('$', '\\$');
      let value = `require(${JSON.stringify(what)})`;
      made = made.replace(
        new RegExp(`^${exact} = (.*\\b)${exact}(?![\\w$])(.*\\));\\n`, 'm'),
        (_, before, after) => {
          value = `${before}${value}${after}`;
          return '';
        },
      );
      const used = new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)(new )?${exact}(?![\\w$])`, 'g');
      made = made.replace(used, (_, made) => (made ? `new (${name}())` : `${name}()`));
      heads.push(`let ${name}_; function ${name}() { return ${name}_ ??= ${value}; }`);
    }
    // Behind the runtime, which some of them want.
    const last =
      made.match(/^(?:Object\.defineProperty\(exports.*\n|const require_rolldown_runtime.*\n)*/)?.[0]
        .length ?? 0;
    return `${made.slice(0, last)}${heads.join('\n')}\n${made.slice(last)}`;
  },
};

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: 'src/main.ts', 'store/keyring/child': 'src/store/keyring/child.ts' },
  platform: 'node',
  // jsonc-parser's other form requires its own files by names that no bundler sees.
  resolve: { mainFields: ['module', 'main'] },
  external: OUTSIDE,
  // What the entries export is for nobody.
  preserveEntrySignatures: false,
  plugins: [noValidator, lessUndici, lightFetch, lazyTypes, noChild, lazily, schemas],
  onLog(level, log, handle) {
    // A module that is there already costs a dynamic import nothing.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handle(level === 'warn' ? 'error' : level, log);
  },
});
await bundle.write({
  dir: 'dist',
  format: 'cjs',
  entryFileNames: '[name].js',
  // Flat, so that src/place.ts is right wherever it ends up.
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: fileOf, debugName: 'together' }] },
  comments: { legal: true },
});
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
// The whole program's help is asked for more than any other, and is the same in every terminal with room for it.
writeFileSync('dist/help.txt', execFileSync(process.execPath, ['bin/mcp-cli.js', '--help']));
