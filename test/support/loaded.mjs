// Given to Node with --import: writes the URL of each module that is loaded, and the length of its code in bytes, into
// the file named by LOADED_MODULES.
import { appendFileSync, statSync } from 'node:fs';
import module, { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

function tell(file, url) {
  if (!url.startsWith('file:') || url === import.meta.url) return;
  appendFileSync(file, `${url} ${statSync(fileURLToPath(url)).size}\n`);
}

if (isMainThread) {
  const file = process.env.LOADED_MODULES;
  const compile = module.prototype._compile;
  module.prototype._compile = function (content, path, ...more) {
    tell(file, pathToFileURL(path).href);
    return compile.call(this, content, path, ...more);
  };
  register(import.meta.url, { data: { file } });
}

let file;

export function initialize(data) {
  file = data.file;
}

export async function load(url, context, next) {
  // What is CommonJS is told of by whoever compiles it.
  const loaded = await next(url, context);
  if (loaded.format !== 'commonjs') tell(file, url);
  return loaded;
}
