// A Mac without a default keychain: nothing is written, so no window waits for somebody.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasDefaultKeychain } from '../../src/store/keyring/default-keychain.ts';
import { lookAtKeyring } from '../../src/store/keyring/look.ts';
import { newHome } from '../support/home.ts';

/** A program in the place of /usr/bin/security. */
function security(script: string): string {
  const path = join(newHome(), 'security');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.skipIf(process.platform === 'win32').each([
  ['names one', 'test "$1" = default-keychain && test "$HOME" = /home/me', true],
  ['says that there is none', 'echo "A default keychain could not be found." >&2; exit 44', false],
  ['is ended from outside', 'kill -9 $$', true],
])('the system %s', async (_, script, found) => {
  expect(await hasDefaultKeychain({ HOME: '/home/me' }, security(script))).toBe(found);
});

test('a program that is not there says nothing', async () => {
  expect(await hasDefaultKeychain({}, '/nowhere/security')).toBe(true);
});

const options = {
  name: 'keychain',
  platform: 'darwin',
  env: {},
  attended: false,
  signal: new AbortController().signal,
  notify: () => {},
} as const;

test('without one the keychain is not there, and no helper is started', async () => {
  const look = await lookAtKeyring(
    options,
    () => {
      throw new Error('a helper was started');
    },
    async () => false,
  );
  expect(look).toMatchObject({ works: false, error: { code: 'unavailable' } });
  expect(look.works ? '' : look.error.hint).toContain('Keychain Access');
});

test('with one it is tried', async () => {
  const start = () => {
    throw new Error('a helper was started');
  };
  await expect(lookAtKeyring(options, start, async () => true)).rejects.toThrow('a helper was started');
});
