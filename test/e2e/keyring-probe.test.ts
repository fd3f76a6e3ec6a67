// Whether a keyring works here, and what a person is told where it does not. Linux on real daemons; Windows and macOS on
// what is recorded of them.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openKeyringStore, probeKeyring } from '../../src/store/keyring/store.ts';
import { processesOf } from '../support/expired.ts';
import { newHome } from '../support/home.ts';
import { fakeOptions, openAtKeyring, secretServiceOptions } from '../support/keyring.ts';
import { keep } from '../support/scene.ts';
import { keyringMissing, secretService } from '../support/secret-service.ts';
import { errorOf } from '../support/store.ts';

describe.skipIf(keyringMissing)(`on a real daemon${keyringMissing ? ` (${keyringMissing})` : ''}`, () => {
  test('a keyring that works, is found to, and nothing is left in it or in HOME', async () => {
    const service = keep(await secretService());
    const home = newHome();
    const options = secretServiceOptions({ ...service.env, HOME: home });
    expect(await probeKeyring(options)).toEqual({ works: true });
    expect(readdirSync(home)).toEqual([]);
    expect(service.search('mcp-cli-oauth')).toEqual([]);
    await (await openAtKeyring(service.env)).set('notes', 'x');
    expect(service.search('mcp-cli-oauth')).toHaveLength(1);
  });

  test.each([
    ['locked', 'unlocked', 'none', 'locked'],
    ['stuck behind a window', 'unlocked', 'silent', 'timed_out'],
    ['without a keyring', 'none', 'none', 'unavailable'],
    ['without a daemon', 'no daemon', 'none', 'unavailable'],
  ] as const)('one %s: why not', async (_, keyring, prompter, code) => {
    const service = keep(await secretService({ keyring, prompter }));
    if (keyring === 'unlocked') service.lock();
    const start = performance.now();
    const probe = await probeKeyring(secretServiceOptions({ ...service.env, HOME: newHome() }));
    expect(probe).toMatchObject({ works: false, error: { code, exit: 6, hint: expect.any(String) } });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

test.each(['keychain', 'windows'] as const)(
  '%s is not on Linux, and no helper is started for it',
  async (name) => {
    const home = newHome();
    const options = secretServiceOptions({ HOME: home }, { name });
    expect(await probeKeyring(options)).toMatchObject({ works: false, error: { code: 'unavailable' } });
    expect(processesOf(home)).toEqual([]);
  },
);

test.each([
  [
    'windows',
    'A specified logon session does not exist. It may already have been terminated.',
    'unavailable',
    /SSH/,
  ],
  ['keychain', 'User interaction is not allowed.', 'locked', /security unlock-keychain/],
  ['keychain', 'A default keychain could not be found.', 'unavailable', /Keychain Access/],
  ['keychain', 'User canceled the operation.', 'denied', /allow mcp-cli/],
] as const)('%s: "%s"', async (name, words, code, says) => {
  const home = newHome();
  const options = fakeOptions(name, home);
  const store = await openKeyringStore(options);
  await store.set('notes', 'kept');
  mkdirSync(join(home, 'fake-keyring'), { recursive: true });
  writeFileSync(join(home, 'fake-keyring/fault'), words);
  const failures = [
    await errorOf(store.get('notes')),
    await errorOf(store.get('missing')),
    await errorOf(store.set('notes', 'other')),
    await errorOf(store.delete('notes')),
    await errorOf(store.ready()),
  ];
  for (const error of failures) {
    expect(error).toMatchObject({ name: 'StoreError', code, cause: { message: words } });
    expect(`${error.message} ${error.hint}`).toMatch(says);
  }
  expect(await probeKeyring(options)).toMatchObject({ works: false, error: { code } });
});
