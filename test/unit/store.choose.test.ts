import { describe, expect, test } from 'vitest';
import type { Backend, StorageEntry } from '../../src/config/entry.ts';
import { chooseBackend, openStore } from '../../src/store/choose.ts';
import { errorOf, io, KEY, makeHome, promptWith } from '../support/store.ts';

describe('which store', () => {
  test.each<[string, string | undefined, string | undefined, Backend | undefined, string]>([
    ['nothing said', undefined, undefined, undefined, 'encrypted'],
    ['auto said', 'auto', undefined, undefined, 'encrypted'],
    ['the flag first', 'encrypted', 'vault', 'keychain', 'encrypted'],
    ['then the variable', undefined, 'vault', 'keychain', 'vault'],
    ['then the configuration', undefined, undefined, 'keychain', 'keychain'],
    ['an empty variable is none', undefined, '', 'keychain', 'keychain'],
    ['auto overrides too', 'auto', 'vault', 'keychain', 'encrypted'],
  ])('%s', (_, flag, variable, configured, expected) => {
    const env = { MCP_CLI_TOKEN_BACKEND: variable };
    expect(chooseBackend({ flag, env, storage: { backend: configured } })).toBe(expected);
  });

  test.each([
    ['--token-backend', 'plaintext', {}],
    ['--token-backend', '', {}],
    ['MCP_CLI_TOKEN_BACKEND', undefined, { MCP_CLI_TOKEN_BACKEND: 'Encrypted' }],
  ])('an unknown name in %s is a usage error', async (source, flag, env) => {
    const error = await errorOf(() => chooseBackend({ flag, env, storage: undefined }));
    expect(error).toMatchObject({ name: 'UsageError', code: 'unknown_backend', exit: 2 });
    expect(error.message).toContain(source);
    expect(error.hint).toContain('secretservice');
  });

  test.each<[string, Record<string, string>, Partial<StorageEntry>, boolean]>([
    ['address and token in the environment', { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' }, {}, true],
    ['in the configuration', {}, { vaultUrl: 'https://v', vaultToken: 't' }, true],
    ['one in each', { VAULT_TOKEN: 't' }, { vaultUrl: 'https://v' }, true],
    ['an address alone', { VAULT_ADDR: 'https://v' }, {}, false],
    ['a token alone', { VAULT_TOKEN: 't' }, {}, false],
    ['an empty token', { VAULT_ADDR: 'https://v', VAULT_TOKEN: '' }, {}, false],
    ['an AppRole', { VAULT_ADDR: 'https://v', MCP_CLI_VAULT_ROLE_ID: 'r' }, {}, true],
    ['a login in the configuration', {}, { vaultUrl: 'https://v', vaultAuthMethod: 'kubernetes' }, true],
  ])('auto takes a Vault that is set up: %s', (_, env, entry, taken) => {
    const expected = taken ? 'vault' : 'encrypted';
    expect(chooseBackend({ flag: undefined, env, storage: entry })).toBe(expected);
    expect(chooseBackend({ flag: 'encrypted', env, storage: entry })).toBe('encrypted');
  });
});

describe('opening it', () => {
  const base = {
    ...io,
    prompt: promptWith(),
    notify: () => {},
    storage: undefined,
    reach: () => () => Promise.reject(new Error('no network here')),
    signal: new AbortController().signal,
  };

  test.each([
    ['keychain', 'linux'],
    ['windows', 'darwin'],
    ['secretservice', 'win32'],
  ] as const)('%s by name on %s: it is not there, and no other takes its place', async (flag, platform) => {
    const home = await makeHome();
    const error = await errorOf(openStore({ ...base, flag, env: {}, home, platform }));
    expect(error).toMatchObject({ name: 'StoreError', code: 'unavailable' });
    expect(error.message).toMatch(/is not on this system$/);
  });

  test('the encrypted file, with its key from the environment', async () => {
    const home = await makeHome();
    const open = () => openStore({ ...base, flag: undefined, env: { MCP_CLI_ENCRYPTION_KEY: KEY }, home });
    await (await open()).set('notion', 'x');
    const store = await open();
    expect(store.name).toBe('encrypted');
    expect(await store.get('notion')).toBe('x');
  });
});
