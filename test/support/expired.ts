// Sign-ins that are about to be refreshed, and what is left of them in a HOME afterwards.
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEncryptedStore } from '../../src/store/encrypted.ts';
import { parseRecord, type StoredRecord } from '../../src/store/record.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { walkingBrowser } from './browser.ts';
import { runCli } from './cli.ts';
import { newHome } from './home.ts';
import { KEY } from './store.ts';

/** A full-entropy key: twenty processes would otherwise spend their time on stretching a password. */
export { KEY };

/**
 * Signs in to the server `notes` of this configuration, two hours ago. The refresh token is good; the access token is
 * over by the clock. With `looksFresh` it is not, and only the server knows.
 */
export async function expiredHome(
  authorization: AuthorizationServer,
  config: string,
  { looksFresh = false } = {},
): Promise<string> {
  const result = await runCli(['--config-file', config, 'auth', 'login', 'notes'], {
    browser: walkingBrowser(),
    terminal: { stderr: true },
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    clock: looksFresh ? 0 : -7_200_000,
  });
  if (result.exit !== 0) throw new Error(`the sign-in failed: ${result.stderr}`);
  authorization.forgetAccessTokens();
  return result.home;
}

/** Another HOME with the same content. */
export function copyHome(home: string): string {
  const copy = newHome();
  cpSync(home, copy, { recursive: true, mode: 0 });
  return copy;
}

/** The stored record of a server; undefined if there is none. Throws if it cannot be read. */
export async function storedRecord(home: string, server = 'notes'): Promise<StoredRecord | undefined> {
  const store = await openEncryptedStore({
    home,
    platform: process.platform,
    random: randomBytes,
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    storage: undefined,
    prompt: {
      available: false,
      confirm: () => Promise.reject(new Error('asked')),
      secret: () => Promise.reject(new Error('asked')),
    },
  });
  const text = await store.get(server);
  return text === undefined ? undefined : parseRecord(text, server);
}

/** Locks and temporary files under a HOME. */
export function leftovers(home: string): string[] {
  const names = readdirSync(home, { recursive: true }).map(String);
  return names.filter((name) => /\.(lock|tmp)$/.test(name));
}

/** Processes that were started with this HOME and still run. Linux only: elsewhere there is no /proc to look into. */
export function processesOf(home: string): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(join('/proc', String(pid), 'environ'), 'utf8')
          .split('\0')
          .includes(`HOME=${home}`);
      } catch {
        return false;
      }
    });
}
