import { describe, expect, test } from 'vitest';
import type { StorageEntry } from '../../src/config/entry.ts';
import { vaultSettings } from '../../src/store/vault/settings.ts';
import { errorOf } from '../support/store.ts';

const ADDRESS = { VAULT_ADDR: 'https://vault.example.com:8200/' };
const TOKEN = { ...ADDRESS, VAULT_TOKEN: 't' };

test('what nobody says is as the Python tool has it', () => {
  expect(vaultSettings(undefined, TOKEN, false)).toEqual({
    address: 'https://vault.example.com:8200',
    mount: 'secret',
    prefix: 'mcp-cli/oauth',
    namespace: undefined,
    kvVersion: undefined,
    login: { method: 'token', token: 't' },
    caFile: undefined,
    clientCert: undefined,
    clientKey: undefined,
    serverName: undefined,
    skipVerify: false,
    timeout: 10_000,
    retries: 2,
  });
});

test.each<[string, Partial<StorageEntry> | undefined, Record<string, string>, boolean, object | undefined]>([
  [
    'the configuration beats the environment',
    { vaultUrl: 'https://v', vaultToken: 'c' },
    TOKEN,
    false,
    { address: 'https://v', login: { token: 'c' } },
  ],
  [
    'empty values count as left out',
    { vaultUrl: '', vaultToken: '' },
    TOKEN,
    false,
    { login: { token: 't' } },
  ],
  ['an address alone is nothing for auto', undefined, ADDRESS, false, undefined],
  [
    'asked for by name, it is the file of `vault login`',
    undefined,
    ADDRESS,
    true,
    { login: { method: 'file' } },
  ],
  ['a token without an address is nothing', undefined, { VAULT_TOKEN: 't' }, true, undefined],
  [
    'slashes around paths',
    { vaultMountPoint: '/team/kv/', vaultPathPrefix: 'x/y/' },
    TOKEN,
    false,
    { mount: 'team/kv', prefix: 'x/y' },
  ],
  ['a namespace', undefined, { ...TOKEN, VAULT_NAMESPACE: 'admin/' }, false, { namespace: 'admin' }],
  [
    'AppRole',
    { vaultRoleId: 'r' },
    ADDRESS,
    false,
    { login: { method: 'approle', path: 'approle', roleId: 'r', secretId: undefined } },
  ],
  [
    'JWT by its token',
    undefined,
    { ...ADDRESS, MCP_CLI_VAULT_JWT: 'j' },
    false,
    { login: { method: 'jwt', path: 'jwt', jwt: 'j' } },
  ],
  [
    'JWT by a file',
    { vaultJwtFile: '/j' },
    ADDRESS,
    false,
    { login: { method: 'jwt', jwt: { file: '/j' } } },
  ],
  [
    'OIDC is JWT at its own path',
    { vaultAuthMethod: 'oidc', vaultJwt: 'j' },
    ADDRESS,
    false,
    { login: { method: 'jwt', path: 'oidc' } },
  ],
  [
    'Kubernetes, with the token of the pod',
    { vaultAuthMethod: 'kubernetes', vaultRole: 'r' },
    ADDRESS,
    false,
    { login: { method: 'kubernetes', role: 'r', jwt: { file: expect.stringContaining('serviceaccount') } } },
  ],
  ['seconds', undefined, { ...TOKEN, VAULT_CLIENT_TIMEOUT: '30' }, false, { timeout: 30_000 }],
  ['another unit', undefined, { ...TOKEN, VAULT_CLIENT_TIMEOUT: '1m' }, false, { timeout: 60_000 }],
  ['no retries', undefined, { ...TOKEN, VAULT_MAX_RETRIES: '0' }, false, { retries: 0 }],
  [
    'loopback by http',
    undefined,
    { ...TOKEN, VAULT_ADDR: 'http://127.0.0.1:8200' },
    false,
    { address: 'http://127.0.0.1:8200' },
  ],
])('%s', (_, storage, env, explicit, expected) => {
  const found = vaultSettings(storage, env, explicit);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});

describe('VAULT_SKIP_VERIFY', () => {
  test.each([
    ['', false],
    ['0', false],
    ['f', false],
    ['false', false],
    ['FALSE', false],
    ['1', true],
    ['t', true],
    ['true', true],
    ['True', true],
  ])('%j is %s', (text, expected) => {
    expect(vaultSettings(undefined, { ...TOKEN, VAULT_SKIP_VERIFY: text }, false)?.skipVerify).toBe(expected);
  });
});

test.each<[string, Record<string, string>]>([
  ['no URL', { VAULT_ADDR: 'vault' }],
  ['http elsewhere', { VAULT_ADDR: 'http://vault.example.com' }],
  ['http to a name that looks local', { VAULT_ADDR: 'http://localhost.example.com' }],
  ['a password in it', { VAULT_ADDR: 'https://a:b@vault.example.com' }],
  ['a query', { VAULT_ADDR: 'https://vault.example.com?x' }],
  ['yes and no', { VAULT_SKIP_VERIFY: 'maybe' }],
  ['a time that is none', { VAULT_CLIENT_TIMEOUT: 'soon' }],
  ['a time of zero', { VAULT_CLIENT_TIMEOUT: '0' }],
  ['too many tries', { VAULT_MAX_RETRIES: '1000' }],
  ['a method that there is not', { MCP_CLI_VAULT_AUTH_METHOD: 'github' }],
  ['a role without its id', { MCP_CLI_VAULT_AUTH_METHOD: 'approle' }],
  ['a path out of its place', { VAULT_NAMESPACE: 'a/../b' }],
])('refused, with a hint: %s', async (_, env) => {
  const error = await errorOf(() => vaultSettings(undefined, { ...TOKEN, ...env }, true));
  expect(error).toMatchObject({ code: 'vault_settings', exit: 6, hint: expect.any(String) });
});
