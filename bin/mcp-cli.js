#!/usr/bin/env node
'use strict';
const { lstatSync, mkdirSync } = require('node:fs');
const module_ = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

/** What lies in a compile cache is run: one that another user can write to would be theirs to run as us. */
function isOursAlone(path) {
  const { mode, uid } = lstatSync(path);
  return (mode & 0o170000) === 0o040000 && uid === process.getuid?.() && (mode & 0o022) === 0;
}

try {
  const root = join(homedir(), '.mcp_cli');
  const cache = join(root, 'compile-cache');
  // Only where the program has been used: asking for the version leaves nothing behind.
  if (module_.enableCompileCache && isOursAlone(root)) {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    if (isOursAlone(cache)) module_.enableCompileCache(cache);
  }
} catch {
  // Slower, and nothing else.
}
require('../dist/main.js');
