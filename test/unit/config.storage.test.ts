// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import { describe, expect, it } from 'vitest';
import { storageOf } from './config-entry.ts';

const VAULT = {
  backend: 'vault',
  vaultUrl: 'https://vault.test:8200',
  vaultToken: '${VAULT_TOKEN}',
  vaultMountPoint: 'secret',
  vaultPathPrefix: 'mcp-cli/oauth',
  vaultNamespace: 'ns',
};
const nothing = {
  backend: undefined,
  password: undefined,
  vaultUrl: undefined,
  vaultToken: undefined,
  vaultMountPoint: undefined,
  vaultPathPrefix: undefined,
  vaultNamespace: undefined,
};

describe('tokenStorage', () => {
  it('reads camelCase', () => {
    expect(storageOf({ tokenStorage: VAULT }, { env: { VAULT_TOKEN: 's.t' } })).toEqual({
      ...nothing,
      ...VAULT,
      vaultToken: 's.t',
    });
  });

  it('reads snake_case, flat and nested', () => {
    const vault = {
      url: 'https://vault.test',
      token: '${T}',
      mount_point: 'm',
      path_prefix: 'p',
      namespace: 'n',
    };
    const expected = {
      ...nothing,
      backend: 'vault',
      vaultUrl: 'https://vault.test',
      vaultToken: 't',
      vaultMountPoint: 'm',
      vaultPathPrefix: 'p',
      vaultNamespace: 'n',
    };
    expect(storageOf({ token_storage: { backend: 'vault', vault } }, { env: { T: 't' } })).toEqual(expected);
    const flat = { vault_url: 'https://vault.test', vault_token: '${T}', vault_mount_point: 'm' };
    expect(storageOf({ token_storage: { backend: 'vault', ...flat } }, { env: { T: 't' } })).toMatchObject({
      vaultMountPoint: 'm',
      vaultToken: 't',
    });
  });

  it('takes empty strings for absent', () => {
    const file = { tokenStorage: { backend: '', password: '', vaultUrl: '', vaultNamespace: '${E}' } };
    expect(storageOf(file, { env: { E: '' } })).toEqual(nothing);
  });

  const UNRESOLVED = '${MCP_CLI_ENCRYPTION_KEY}';
  it.each([
    [UNRESOLVED, {}, undefined],
    [` ${UNRESOLVED} `, {}, undefined],
    [UNRESOLVED, { MCP_CLI_ENCRYPTION_KEY: '' }, undefined],
    [`$${UNRESOLVED}`, {}, undefined],
    ['${P}', { P: UNRESOLVED }, undefined],
    [UNRESOLVED, { MCP_CLI_ENCRYPTION_KEY: UNRESOLVED }, undefined],
    [UNRESOLVED, { MCP_CLI_ENCRYPTION_KEY: 'pw' }, 'pw'],
    ['literal', {}, 'literal'],
    ['${MCP_CLI_ENCRYPTION_KEY:-dev}', {}, 'dev'],
  ])('the password %j with %j is %j', (password, env, expected) => {
    const backend = 'encrypted';
    expect(
      storageOf({ tokenStorage: { backend, password } }, { env: env as Record<string, string> }).password,
    ).toBe(expected);
  });

  it('needs only the variables of the backend in effect', () => {
    const file = { tokenStorage: { ...VAULT, password: '${PW}' } };
    expect(() => storageOf(file)).toThrow(
      'tokenStorage.vaultToken needs the environment variable VAULT_TOKEN',
    );
    expect(() => storageOf(file, { backend: 'auto' })).toThrow(
      expect.objectContaining({ code: 'missing_env' }),
    );
    expect(() => storageOf(file, { backend: 'encrypted' })).toThrow('tokenStorage.password needs');
    expect(storageOf(file, { backend: 'keychain' })).toEqual({ ...nothing, backend: 'vault' });
    expect(storageOf(file, { backend: 'encrypted', env: { PW: 'x' } })).toEqual({
      ...nothing,
      backend: 'vault',
      password: 'x',
    });
  });

  it.each([
    [{ backend: 'file' }, 'tokenStorage.backend is not one of'],
    [{ password: 5 }, 'tokenStorage.password must be a string'],
    [{ vaultUrl: 'http://vault.test' }, 'tokenStorage.vaultUrl would send secrets over plain http'],
    [{ vaultUrl: 'vault.test' }, 'tokenStorage.vaultUrl must be an absolute'],
    [{ vault: { url: 'vault.test' } }, 'tokenStorage.vault.url must be an absolute'],
    [{ vault: [] }, 'tokenStorage.vault must be an object'],
    [{ vaultUrl: 'https://a.test', vault: { url: 'https://b.test' } }, 'says something else than'],
    [[], 'tokenStorage must be an object'],
  ])('%j is refused', (tokenStorage, message) => {
    expect(() => storageOf({ tokenStorage })).toThrow(message);
  });

  it('lets a development server of Vault be plain http on this machine', () => {
    expect(storageOf({ tokenStorage: { vaultUrl: 'http://127.0.0.1:8200' } }).vaultUrl).toBe(
      'http://127.0.0.1:8200',
    );
  });

  it('warns of unknown keys', () => {
    const warnings: string[] = [];
    storageOf({ tokenStorage: { backand: 'x', vault: { tokn: 'x' } } }, { warnings });
    expect(warnings[0]).toContain('did you mean "backend"?');
    expect(warnings[1]).toContain('tokenStorage.vault.tokn is ignored; did you mean "token"?');
  });
});
