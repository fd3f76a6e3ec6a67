// Saves value after value under the lock, starting at FROM, until it is killed: `N` is printed before, `N saved` after.
// node store-save.mjs HOME FROM      with the key in MCP_CLI_ENCRYPTION_KEY
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openEncryptedStore } from '../../build/store/encrypted.js';
import { createLock } from '../../build/store/lock.js';

const [home, from] = process.argv.slice(2);
const io = { random: randomBytes, platform: process.platform };
const withLock = createLock({ ...io, dir: join(home, '.mcp_cli', 'tokens') });
const prompt = { available: false };
const store = await openEncryptedStore({ ...io, home, env: process.env, storage: undefined, prompt });
const signal = new AbortController().signal;

for (let n = Number(from); ; n++) {
  await withLock('notion@work', { wait: 10_000, signal }, async () => {
    writeSync(1, `${n}\n`);
    await store.set('notion@work', JSON.stringify({ n, filling: String(n).repeat(3_000) }));
    writeSync(1, `${n} saved\n`);
  });
}
