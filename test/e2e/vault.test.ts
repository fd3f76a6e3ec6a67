// Tokens in Vault, through the front door: each HOME is a machine of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { certificateFile } from '../support/loopback.ts';
import { notes, toolNames } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { errorOf, keep, scene } from '../support/scene.ts';
import { type VaultServer, vaultServer } from '../support/vault-server.ts';

const MACHINES = 20;

async function world(options: Parameters<typeof vaultServer>[0] = {}) {
  const vault = keep(await vaultServer(options));
  const { authorization, server, person, script, home } = await scene();
  const config = notes({ url: server.mcpUrl });
  const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
  return { vault, authorization, server, person, script, config, home, env };
}

/** Signs in, two hours ago: the access token is over, the refresh token is good. */
async function signedInLongAgo() {
  const made = await world();
  const { person, env, authorization } = made;
  expect(await person('auth login notes', { env, clock: -7_200_000 })).toMatchObject({ exit: 0 });
  authorization.forgetAccessTokens();
  return made;
}

const tokensOf = (vault: VaultServer) => vault.fields('notes') as Record<string, string>;

describe('one machine', () => {
  test('signs in once, and another machine with the same Vault needs no browser', async () => {
    const { vault, person, script, authorization, env } = await world({ tls: true });
    const words = ['--ca-file', certificateFile];
    const first = await person([...words, 'tools', 'list', 'notes', '--json'], { env });
    expect(toolNames(first)).toContain('echo');
    const asked = authorization.log.length;
    const next = await script([...words, 'tools', 'list', 'notes', '--json'], { env, home: newHome() });
    expect(toolNames(next)).toContain('echo');
    expect(authorization.log.length).toBe(asked);
    // As the Python tool reads it.
    expect(Object.keys(tokensOf(vault)).sort()).toEqual(
      ['_mcp', 'access_token', 'expires_in', 'issued_at', 'refresh_token', 'scope', 'token_type'].sort(),
    );
    expect(JSON.stringify(tokensOf(vault)._mcp)).not.toContain(tokensOf(vault).refresh_token);
  });

  test('says where the tokens are, refreshes them, and forgets them', async () => {
    const { vault, person, script, env } = await signedInLongAgo();
    const status = await script('auth status notes --json', { env });
    expect(JSON.parse(status.stdout)).toMatchObject({ server: 'notes', store: 'vault' });
    const before = tokensOf(vault);
    expect(await script('auth refresh notes', { env })).toMatchObject({ exit: 0 });
    expect(tokensOf(vault).refresh_token).not.toBe(before.refresh_token);
    expect(await person('auth reset notes', { env })).toMatchObject({ exit: 0 });
    expect(vault.secrets.size).toBe(0);
  });

  test('keeps no more than two versions, where it may say so', async () => {
    const { vault, script, env } = await signedInLongAgo();
    for (let round = 0; round < 3; round++) await script('auth refresh notes', { env });
    expect(vault.secrets.get('mcp-cli/oauth/notes')?.versions.length).toBe(2);
  });

  test('an entry that was deleted with the tool of Vault is a sign-out, and can be written anew', async () => {
    const { vault, person, script, env } = await signedInLongAgo();
    vault.softDelete('notes');
    expect(errorOf(await script('tools list notes --json', { env })).code).toBe('login_required');
    expect(await person('auth login notes', { env })).toMatchObject({ exit: 0 });
    expect(await script('tools list notes --json', { env })).toMatchObject({ exit: 0 });
  });

  test("another tool's tokens are named as such and never used for a server they may not be for", async () => {
    const { vault, script, server, env } = await world();
    const fields = {
      access_token: 'theirs-9c1e',
      token_type: 'Bearer',
      refresh_token: 'r-7711',
      issued_at: 1,
    };
    vault.secrets.set('mcp-cli/oauth/notes', { versions: [{ data: fields }], current: 1, kept: 10 });
    expect(errorOf(await script('tools list notes --json', { env }))).toMatchObject({
      code: 'foreign_entry',
    });
    expect(server.log.some(({ headers }) => headers.authorization?.includes('theirs'))).toBe(false);
  });
});

describe('many machines', () => {
  test('twenty find one token expired: one refresh, twenty successes', { timeout: 300_000 }, async () => {
    const { vault, authorization, config, env } = await signedInLongAgo();
    const before = authorization.count(authorization.paths.token);
    const started = Array.from({ length: MACHINES }, () =>
      spawnCli(['--config-file', config, 'tools', 'list', 'notes', '--json'], {
        env: { ...env, CI: 'true' },
      }),
    );
    const results = await Promise.all(started.map(({ done }) => done));
    expect(results.map(({ exit, stderr }) => (exit === 0 ? 0 : stderr))).toEqual(Array(MACHINES).fill(0));
    expect(authorization.count(authorization.paths.token) - before).toBe(1);
    expect(tokensOf(vault)._mcp).not.toHaveProperty('lease');
  });

  test('one that is killed while it refreshes is followed by the next, which tells what was lost', {
    timeout: 400_000,
  }, async () => {
    const { vault, authorization, script, config, env } = await signedInLongAgo();
    const argv = ['--config-file', config, 'auth', 'refresh', 'notes'];
    let killed: (() => void) | undefined;
    const seen = new Promise<void>((resolve) => {
      authorization.intercept = ({ path }) => {
        if (path !== authorization.paths.token || !killed) return false;
        killed();
        killed = undefined;
        resolve();
        return false;
      };
    });
    const holder = spawnCli(argv, { env });
    killed = () => holder.child.kill('SIGKILL');
    await seen;
    await holder.done;
    expect(tokensOf(vault)._mcp).toHaveProperty('lease');
    const begin = performance.now();
    const next = await script('auth refresh notes --json', { env: { ...env, CI: 'true' }, home: newHome() });
    // The server has rotated the token, and nobody has the new one.
    expect(errorOf(next)).toMatchObject({ code: 'refresh_lost' });
    expect(next.exit).toBe(4);
    expect(performance.now() - begin).toBeLessThan(12_000);
    expect(tokensOf(vault).refresh_token).toBeDefined();
  });

  test('one that is killed before it sends costs nothing but a few seconds', {
    timeout: 400_000,
  }, async () => {
    const { vault, script, config, env, authorization } = await signedInLongAgo();
    let holder: ReturnType<typeof spawnCli> | undefined;
    const killed = new Promise<void>((resolve) => {
      vault.intercept = ({ json }) => {
        const taken = JSON.stringify(json ?? {}).includes('"lease"');
        // The lease is written; before anything else happens its holder is gone.
        if (taken)
          setImmediate(() => {
            holder?.child.kill('SIGKILL');
            resolve();
          });
        return false;
      };
    });
    authorization.intercept = async ({ path }) => {
      if (path === authorization.paths.token) throw new Error('sent');
      return false;
    };
    holder = spawnCli(['--config-file', config, 'auth', 'refresh', 'notes'], { env });
    await killed;
    await holder.done;
    vault.intercept = undefined;
    authorization.intercept = undefined;
    const next = await script('auth refresh notes', { env, home: newHome() });
    expect(next).toMatchObject({ exit: 0 });
  });
});

describe('getting in', () => {
  test.each<[string, Record<string, string>, string, Record<string, string>]>([
    [
      'AppRole',
      { MCP_CLI_VAULT_ROLE_ID: 'runner', MCP_CLI_VAULT_SECRET_ID: 'approle-secret-71' },
      'approle',
      { role_id: 'runner', secret_id: 'approle-secret-71' },
    ],
    [
      'JWT',
      { MCP_CLI_VAULT_AUTH_METHOD: 'jwt', MCP_CLI_VAULT_ROLE: 'ci', MCP_CLI_VAULT_JWT: 'ey.of.ci-7' },
      'jwt',
      { role: 'ci', jwt: 'ey.of.ci-7' },
    ],
    [
      'OIDC at a path of its own',
      {
        MCP_CLI_VAULT_AUTH_METHOD: 'oidc',
        MCP_CLI_VAULT_AUTH_PATH: 'team/gitlab',
        MCP_CLI_VAULT_ROLE: 'ci',
        MCP_CLI_VAULT_JWT: 'ey.of.gitlab-8',
      },
      'team/gitlab',
      { role: 'ci', jwt: 'ey.of.gitlab-8' },
    ],
  ])('%s', async (_, given, path, wanted) => {
    const { vault, person, script, env } = await world();
    const { VAULT_ADDR } = env;
    vault.behaviour.logins.set(path, wanted);
    expect(await person('auth login notes', { env: { VAULT_ADDR, ...given } })).toMatchObject({ exit: 0 });
    expect(tokensOf(vault).access_token).toBeDefined();
    vault.behaviour.logins.set(path, { role_id: 'another', role: 'another' });
    const refused = errorOf(await script('auth status notes --json', { env: { VAULT_ADDR, ...given } }));
    expect(refused).toMatchObject({ code: 'denied', message: expect.stringContaining('login') });
  });

  test('Kubernetes, by the token of the pod', async () => {
    const { vault, person, env } = await world();
    const file = join(mkdtempSync(join(tmpdir(), 'pod-')), 'token');
    writeFileSync(file, 'ey.of.the-pod-5\n');
    vault.behaviour.logins.set('kubernetes', { role: 'runner', jwt: 'ey.of.the-pod-5' });
    const given = {
      VAULT_ADDR: env.VAULT_ADDR,
      MCP_CLI_VAULT_AUTH_METHOD: 'kubernetes',
      MCP_CLI_VAULT_ROLE: 'runner',
      MCP_CLI_VAULT_JWT_FILE: file,
    };
    expect(await person('auth login notes', { env: given })).toMatchObject({ exit: 0 });
  });

  test('the token of `vault login` counts where Vault is asked for by name, and only there', async () => {
    const { vault, person, script, home, env } = await world();
    const saved = join(home, '.vault-token');
    writeFileSync(saved, `${vault.token}\n`);
    const { VAULT_ADDR } = env;
    expect(await person('auth login notes --token-backend vault', { env: { VAULT_ADDR } })).toMatchObject({
      exit: 0,
    });
    expect(tokensOf(vault).access_token).toBeDefined();
    // Whoever signed in there by name has named it for what lies there, and for nothing else.
    const status = await script('auth status notes --json', { env: { VAULT_ADDR } });
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'signed_in', store: 'vault' });
    rmSync(join(home, '.mcp_cli/token_registry.json'));
    expect((await script('auth status notes --json', { env: { VAULT_ADDR } })).exit).toBe(4);
    // Not ours: the search for secrets would find it.
    rmSync(saved);
  });

  test('a token that is used before it ends is renewed', async () => {
    const { vault, script, env } = await signedInLongAgo();
    const holder = vault.tokens.get(vault.token);
    Object.assign(holder ?? {}, { ttl: 900 });
    await script('auth status notes', { env });
    expect(holder?.ttl).toBe(3600);
    Object.assign(holder ?? {}, { ttl: 1900 });
    await script('auth status notes', { env });
    expect(holder?.ttl).toBe(1900);
  });
});
