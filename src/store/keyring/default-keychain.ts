// Where macOS has no default keychain, what is written there opens a window that waits for somebody: it is asked for first.
import { execFile } from 'node:child_process';
import type { Env } from '../../deps.ts';

const SECURITY = '/usr/bin/security';
/** Milliseconds. */
const LIMIT = 2_000;

/**
 * False if the system says that there is none. Whatever keeps it from saying so is no reason to do without: then the
 * helper finds out, with its own limit of time.
 */
export function hasDefaultKeychain({ HOME }: Env, program = SECURITY): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ['default-keychain'], { timeout: LIMIT, env: { HOME } }, (error) => {
      // A number is an exit code; a program that is not there, or was killed, has none.
      resolve(!(error && typeof error.code === 'number'));
    });
  });
}
