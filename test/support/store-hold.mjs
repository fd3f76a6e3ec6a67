// Takes the lock, says so, and keeps it.   node store-hold.mjs TOKENS-DIRECTORY
import { randomBytes } from 'node:crypto';
import { createLock } from '../../build/store/lock.js';

const withLock = createLock({ dir: process.argv[2], random: randomBytes, platform: process.platform });
await withLock('notion', { wait: 0, signal: new AbortController().signal }, async () => {
  console.log('held');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
