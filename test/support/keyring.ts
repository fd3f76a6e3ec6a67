// Keyring stores: over a real Secret Service, and over what stands in for Windows and macOS.
import { fileURLToPath } from 'node:url';
import type { Env } from '../../src/deps.ts';
import { type KeyringOptions, openKeyringStore } from '../../src/store/keyring/store.ts';
import { random } from './store.ts';

export const secretServiceOptions = (
  env: Env & { HOME: string },
  more: Partial<KeyringOptions> = {},
): KeyringOptions => ({
  name: 'secretservice',
  platform: 'linux',
  env,
  home: env.HOME,
  attended: false,
  random,
  notify: () => undefined,
  signal: new AbortController().signal,
  ...more,
});

/** The options of a store whose helper has the fake addon of that system. */
export function fakeOptions(name: 'windows' | 'keychain', home: string): KeyringOptions {
  return secretServiceOptions(
    { HOME: home, USERPROFILE: home },
    { name, platform: name === 'windows' ? 'win32' : 'darwin', program: helper(`keyring-${name}.mjs`) },
  );
}

/** The path of another helper program, of this folder. */
export const helper = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export const openAtKeyring = (env: Env & { HOME: string }, more: Partial<KeyringOptions> = {}) =>
  openKeyringStore(secretServiceOptions(env, more));
