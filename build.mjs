// Builds dist/ from src/: the program in pieces that are loaded when they are wanted. One file of CommonJS starts in half
// the time of two hundred modules: no loader thread, no wrapper around each built-in module (docs/performance.md).

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { ascii } from './bundle/ascii.mjs';
import { fileOf } from './bundle/files.mjs';
import { packages } from './bundle/packages.mjs';
import { requires } from './bundle/requires.mjs';
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

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: 'src/main.ts', 'store/keyring/child': 'src/store/keyring/child.ts' },
  platform: 'node',
  // jsonc-parser's other form requires its own files by names that no bundler sees.
  resolve: { mainFields: ['module', 'main'] },
  external: OUTSIDE,
  // What the entries export is for nobody.
  preserveEntrySignatures: false,
  plugins: [...packages, requires, schemas],
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
  comments: { legal: true, jsdoc: false, annotation: true },
});
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.js')) writeFileSync(`dist/${file}`, ascii(readFileSync(`dist/${file}`, 'utf8')));
}
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
// The whole program's help is asked for more than any other, and is the same in every terminal with room for it.
writeFileSync('dist/help.txt', execFileSync(process.execPath, ['bin/mcp-cli.js', '--help']));
