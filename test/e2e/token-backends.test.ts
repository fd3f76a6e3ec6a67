// `token backends`: what each store says of itself, however broken it is.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Survey } from '../../src/store/survey.ts';
import { type CliOptions, runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { keep, scene } from '../support/scene.ts';
import { KEY, openAt } from '../support/store.ts';
import { vaultServer } from '../support/vault-server.ts';

const password = { MCP_CLI_ENCRYPTION_KEY: KEY };
const noServers = configFile({ mcpServers: {} });

async function survey(options: CliOptions = {}, config = noServers) {
  const argv = ['--config-file', config, 'token', 'backends', '--json'];
  const result = await runCli(argv, options);
  expect(result.exit).toBe(0);
  const told = JSON.parse(result.stdout) as Survey;
  const of = (name: string) => told.backends.find(({ backend }) => backend === name);
  return { ...told, of, home: result.home };
}

describe('the encrypted file', () => {
  test('works with a password from the environment; asking for it makes nothing', async () => {
    const { of, inUse, auto, home } = await survey({ env: password });
    expect(of('encrypted')).toEqual({ backend: 'encrypted', works: true, entries: 0 });
    expect({ inUse, auto }).toEqual({ inUse: 'encrypted', auto: 'encrypted' });
    expect(existsSync(join(home, '.mcp_cli'))).toBe(false);
  });

  test('without one it works where somebody can be asked', async () => {
    const asked = await survey({ answers: [], terminal: { stderr: true } });
    expect(asked.of('encrypted')).toMatchObject({ works: true, why: 'asks for its password' });
    const alone = await survey();
    expect(alone.of('encrypted')).toMatchObject({
      works: false,
      hint: expect.stringContaining('MCP_CLI_ENCRYPTION_KEY'),
    });
  });

  test('says a wrong password, and how many entries there are', async () => {
    const home = newHome();
    await (await openAt(home)).set('notes', 'value of the test');
    const { of } = await survey({ home, env: { MCP_CLI_ENCRYPTION_KEY: 'not the password' } });
    expect(of('encrypted')).toMatchObject({
      works: false,
      entries: 1,
      why: expect.stringContaining('password'),
    });
    expect((await survey({ home, env: password })).of('encrypted')).toMatchObject({
      works: true,
      entries: 1,
    });
  });

  test('says that its folder is not safe', async () => {
    const home = newHome();
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), join(home, '.mcp_cli'));
    expect((await survey({ home, env: password })).of('encrypted')).toMatchObject({
      works: false,
      why: expect.stringContaining('is a symbolic link'),
    });
  });

  // Root writes everywhere.
  test('says that nothing can be written there', async () => {
    const home = newHome();
    // Modes hold nobody up who is root; a file in the place of the folder does.
    writeFileSync(join(home, '.mcp_cli'), '');
    expect((await survey({ home, env: password })).of('encrypted')).toMatchObject({ works: false });
  });
});

describe('Vault', () => {
  test('works where it is set up, and then auto takes it', async () => {
    const vault = keep(await vaultServer());
    const env = { ...password, VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    const { of, auto, inUse } = await survey({ env });
    expect(of('vault')).toEqual({ backend: 'vault', works: true, entries: 0 });
    expect({ auto, inUse }).toEqual({ auto: 'vault', inUse: 'vault' });
    const asked = await survey({ env: { ...env, MCP_CLI_TOKEN_BACKEND: 'encrypted' } });
    expect(asked).toMatchObject({ auto: 'vault', inUse: 'encrypted' });
    expect(asked.of('vault')).toMatchObject({ works: true });
    expect(vault.secrets.size).toBe(0);
  });

  test('where nobody has set it up it says what to set', async () => {
    expect((await survey({ env: password })).of('vault')).toMatchObject({
      works: false,
      hint: expect.stringContaining('VAULT_ADDR'),
    });
  });

  test.each([
    ['refuses the token', 'hvs.nobody-s', /did not let us/],
    ['has no such host', 'hvs.nobody-s', /cannot be used/],
  ])('one that %s', async (what, token, why) => {
    const vault = keep(await vaultServer());
    const address = what === 'refuses the token' ? vault.url : 'http://127.0.0.1:9';
    const env = { ...password, VAULT_ADDR: address, VAULT_TOKEN: token };
    const { of, auto } = await survey({ env });
    expect(of('vault')).toMatchObject({ works: false, why: expect.stringMatching(why) });
    // It is not passed over because it is out of reach.
    expect(auto).toBe('vault');
  });

  test('one that never answers holds nobody up for more than five seconds', { timeout: 30_000 }, async () => {
    const vault = keep(await vaultServer());
    vault.intercept = () => true;
    const begin = performance.now();
    const env = { ...password, VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    const { of } = await survey({ env });
    expect(performance.now() - begin).toBeLessThan(6_500);
    expect(of('vault')).toMatchObject({ works: false, why: 'no answer within 5 seconds' });
    expect(of('encrypted')).toMatchObject({ works: true });
  });
});

describe('the others', () => {
  test.each<[NodeJS.Platform, string[]]>([
    ['linux', ['keychain', 'windows']],
    ['win32', ['keychain', 'secretservice']],
  ])('on %s: keyrings of other systems say whose they are', async (platform, names) => {
    const { of } = await survey({ platform, env: password });
    for (const name of names) {
      expect(of(name)).toMatchObject({
        works: false,
        why: expect.stringContaining('is not on this system'),
      });
    }
  });
});

describe('for a person', () => {
  test('a table with what is in use, and what to do about the rest', async () => {
    const { script } = await scene();
    const { stdout, exit } = await script('token backends');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^encrypted +yes +in use, auto$/m);
    expect(stdout).toMatch(/^vault +no +Vault is asked for/m);
    expect(stdout).toMatch(/^vault: set VAULT_ADDR/m);
  });

  test('a broken configuration is told of, and does not stand in the way', async () => {
    const config = configFile('{ "mcpServers": ');
    const { exit, stdout, stderr } = await runCli(['--config-file', config, 'token', 'backends'], {
      env: password,
    });
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: expect.stringContaining('configuration cannot be used'),
    });
    expect(stdout).toMatch(/^encrypted +yes/m);
  });
});
