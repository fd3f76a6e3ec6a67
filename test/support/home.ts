import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { searchedFolder, unsearchedFolder } from './secrets.ts';

/** A new HOME. Whatever the program writes into it is searched for secrets at the end of the run. */
export function newHome(): string {
  return searchedFolder('home');
}

/** Writes a configuration file outside of any HOME, so that it may hold secrets; returns its path. */
export function configFile(content: object | string, name = 'server_config.json'): string {
  const path = join(unsearchedFolder('config'), name);
  mkdirSync(dirname(path), { recursive: true });
  // Not writable by others: such a file is refused.
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2), {
    mode: 0o600,
  });
  return path;
}

/**
 * Variables that keep the program from the keyring of whoever runs the tests: a session bus that is not there, and where
 * no such variable helps, another store.
 */
export const noKeyring: Record<string, string> = {
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus',
  ...(process.platform !== 'linux' && { MCP_CLI_TOKEN_BACKEND: 'encrypted' }),
};
