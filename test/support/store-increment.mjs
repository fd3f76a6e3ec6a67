// Adds one to a number in a file, COUNT times, each time under the lock. Prints what it wrote, before it lets go.
// node store-increment.mjs TOKENS-DIRECTORY FILE COUNT
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { createLock } from '../../build/store/lock.js';

const [dir, file, count] = process.argv.slice(2);
const withLock = createLock({ dir, random: randomBytes, platform: process.platform });
const signal = new AbortController().signal;

for (let n = 0; n < Number(count); n++) {
  await withLock('notion', { wait: 60_000, signal }, async () => {
    const next = Number(readFileSync(file, 'utf8')) + 1;
    // Room for another process to read the same number, if the lock let it.
    await new Promise(setImmediate);
    writeFileSync(`${file}.${process.pid}`, String(next));
    renameSync(`${file}.${process.pid}`, file);
    writeSync(1, `${next}\n`);
  });
}
