// A preload for node (NODE_OPTIONS=--import): counts what the program does to files from its first lock file on, writes
// each step to KILL_TRACE, and dies by SIGKILL in place of step number KILL_AT.
import { appendFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { KILL_AT, KILL_TRACE } = process.env;
let step = 0;

function count(what, path) {
  const name = basename(String(path));
  if (step === 0 && !/\.lock\b/.test(name)) return;
  step++;
  if (KILL_TRACE) appendFileSync(KILL_TRACE, `${what} ${name.replace(/[0-9a-f]{16}/g, '*')}\n`);
  if (step === Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
}

for (const what of ['chmod', 'link', 'mkdir', 'rename', 'unlink', 'utimes']) {
  const real = fs[what];
  fs[what] = (path, ...rest) => {
    count(what, path);
    return real(path, ...rest);
  };
}

const { open } = fs;
fs.open = async (path, ...rest) => {
  // Reading changes nothing; what it finds is told apart by the steps around it.
  if (typeof rest[0] === 'string') count(`open ${rest[0]}`, path);
  const file = await open(path, ...rest);
  for (const what of ['writeFile', 'sync', 'close']) {
    const real = file[what].bind(file);
    file[what] = (...given) => {
      if (typeof rest[0] === 'string') count(what, path);
      return real(...given);
    };
  }
  return file;
};

syncBuiltinESMExports();
