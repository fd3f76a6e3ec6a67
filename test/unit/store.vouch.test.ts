import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeys } from '../../src/store/password.ts';
import { derivationFor } from '../../src/store/vouch.ts';
import { io, KEY, makeHome, openAt, promptWith } from '../support/store.ts';

test('a store that another process begins in the meantime is taken as begun', async () => {
  const home = await makeHome();
  const dir = join(home, '.mcp_cli', 'tokens');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const sources = { env: { MCP_CLI_ENCRYPTION_KEY: KEY }, storage: undefined, prompt: promptWith(), ...io };
  const keys = createKeys(sources);
  let begun = false;
  const ground = {
    ...io,
    dir,
    keys,
    /** Behind the look for the check, and before the look for a fresh store. */
    async entries() {
      if (!begun) {
        begun = true;
        await (await openAt(home)).set('another', 'x');
      }
      return new Map<string, string>();
    },
  };
  const secret = await keys.secret(async () => true);
  expect(await derivationFor(ground, secret)).toBeDefined();
});
