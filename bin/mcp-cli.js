#!/usr/bin/env node
import { lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const root = join(homedir(), '.mcp_cli');

/** What lies in a compile cache is run: one that another user can write to would be theirs to run as us. */
function isOursAlone(path) {
  const { mode, uid } = lstatSync(path);
  return (mode & 0o170000) === 0o040000 && uid === process.getuid?.() && (mode & 0o022) === 0;
}

try {
  const cache = join(root, 'compile-cache');
  // Only where the program has been used: asking for the version leaves nothing behind.
  if (module.enableCompileCache && isOursAlone(root)) {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    if (isOursAlone(cache)) module.enableCompileCache(cache);
  }
} catch {
  // Slower, and nothing else.
}
await import('../dist/main.js');
