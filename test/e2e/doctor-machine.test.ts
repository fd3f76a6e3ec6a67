// What the doctor sees of this machine: configuration, redirect, store, clock, tokens, programs.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { odd, reportOf, step } from '../support/doctor.ts';
import { expiredHome, storedRecord } from '../support/expired.ts';
import { configFile, newHome } from '../support/home.ts';
import { notes } from '../support/person.ts';
import { freePort } from '../support/port.ts';
import { sandboxed } from '../support/sandbox.ts';
import { desk, keep, scene } from '../support/scene.ts';
import { keyringMissing, secretService } from '../support/secret-service.ts';
import { vaultServer } from '../support/vault-server.ts';

const DOCTOR = 'auth doctor notes --json';
const STDIO = join(import.meta.dirname, '../support/stdio-server.mjs');

describe('the configuration', () => {
  test('an entry that cannot be used: the store is looked at all the same', async () => {
    const { script } = desk(notes({ url: 7 }));
    const report = reportOf(await script(DOCTOR));
    expect(odd(report)).toEqual(['configuration failed invalid']);
    expect(step(report, 'store').status).toBe('passed');
  });

  test('a variable that is not set', async () => {
    const { script } = desk(notes({ url: 'https://notes.example/mcp', headers: { 'X-Key': `$\{NO_SUCH}` } }));
    expect(odd(reportOf(await script(DOCTOR)))).toEqual(['configuration failed missing_env']);
  });

  test('a server that is switched off is looked at', async () => {
    const { script } = await sandboxed([], { entry: { disabled: true } });
    const report = reportOf(await script(DOCTOR));
    expect(odd(report)).toEqual(['configuration failed disabled']);
    expect(step(report, 'server_metadata').status).toBe('passed');
  });

  test('a server that nobody knows is a slip of the finger', async () => {
    const { script } = desk(notes({ url: 'https://notes.example/mcp' }));
    expect(await script('auth doctor nodes --json')).toMatchObject({ exit: 2, stdout: '' });
  });

  test('a file of the current folder is not asked about, even at a terminal', async () => {
    const { runCli } = await import('../support/cli.ts');
    const file = configFile({ mcpServers: { notes: { url: 'https://notes.invalid/mcp' } } });
    const result = await runCli(['auth', 'doctor', 'notes', '--json'], {
      cwd: join(file, '..'),
      env: { MCP_CLI_ENCRYPTION_KEY: 'a password of the test' },
      // No answer is a yes: a question fails the test.
      answers: [],
    });
    expect(odd(reportOf(result))).toEqual(['configuration failed untrusted']);
  });

  test('endpoints of your own: nothing is asked for, and the client is yours', async () => {
    const { sandbox, script, seen } = await sandboxed([], {
      entry: {
        oauth: {
          authorization_url: 'https://auth.example/authorize',
          token_url: 'https://auth.example/token',
          client_id: 'one-of-mine',
          redirect_uri: `http://127.0.0.1:${await freePort()}/callback`,
        },
      },
    });
    const report = reportOf(await script(DOCTOR));
    expect(odd(report)).toEqual([]);
    expect(step(report, 'server_metadata').seen).toMatch(/endpoints are configured/);
    expect(step(report, 'registration').seen).toMatch(/the configured client, none/);
    expect(seen.filter(({ path }) => path.startsWith('/.well-known'))).toEqual([]);
    expect(JSON.stringify(report)).not.toContain('one-of-mine');
    expect(sandbox.url).toBe(report.url);
  });
});

describe('the redirect', () => {
  test('its port is in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    keep({ close: async () => void holder.close() });
    const { port } = holder.address() as { port: number };
    const redirect_uri = `http://127.0.0.1:${port}/callback`;
    const { script } = await sandboxed([], { entry: { oauth: { client_id: 'mine', redirect_uri } } });
    const report = reportOf(await script(DOCTOR));
    expect(odd(report)).toEqual(['redirect failed port_in_use']);
    expect(step(report, 'redirect')).toMatchObject({
      exit: 3,
      clause: 'RFC 8252 section 7.3',
      fix: expect.stringContaining('mcpServers.notes.oauth.redirect_uri'),
    });
  });

  test('is not on this machine', async () => {
    const redirect_uri = 'https://elsewhere.example/callback';
    const { script } = await sandboxed([], { entry: { oauth: { client_id: 'mine', redirect_uri } } });
    expect(odd(reportOf(await script(DOCTOR)))).toEqual(['redirect failed redirect_not_loopback']);
  });

  test('no browser is needed for a machine', async () => {
    const oauth = { grant_type: 'client_credentials', client_id: 'mine', client_secret: 'hush-hush-hush' };
    const { script } = await sandboxed([], { entry: { oauth } });
    const report = reportOf(await script(DOCTOR));
    expect(step(report, 'redirect').seen).toBe('client_credentials needs no browser');
    expect(step(report, 'registration').seen).toMatch(/the configured client, client_secret/);
    expect(step(report, 'token').seen).toMatch(/gets one without a person/);
  });
});

describe('the store', () => {
  test('leaves nothing behind', async () => {
    const { script, home } = await sandboxed();
    reportOf(await script(DOCTOR));
    const files = readdirSync(join(home, '.mcp_cli'), { recursive: true }).map(String);
    expect(files.filter((name) => /\.(enc|lock|tmp)$/.test(name))).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['without its password', { MCP_CLI_ENCRYPTION_KEY: '' }, 'no_password'],
    ['that is not there', { MCP_CLI_TOKEN_BACKEND: 'secretservice' }, 'unavailable'],
  ])('%s: one failure, and the rest goes on', async (_, env, code) => {
    const { script } = await sandboxed();
    const report = reportOf(await script(DOCTOR, { env }));
    expect(odd(report)).toEqual([`store failed ${code}`]);
    expect(step(report, 'token').seen).toBe('the store does not open');
    expect(step(report, 'registration').status).toBe('passed');
  });

  test('a password that does not open it', async () => {
    const { script, person } = await sandboxed();
    expect((await person('auth login notes')).exit).toBe(0);
    const env = { MCP_CLI_ENCRYPTION_KEY: 'another one than before' };
    expect(odd(reportOf(await script(DOCTOR, { env })))).toEqual(['store failed wrong_password']);
  });

  test('is asked for its password at a terminal, once and before the time runs', async () => {
    const { person } = await sandboxed();
    const answers = ['a new password', 'a new password'];
    const result = await person(DOCTOR, { env: { MCP_CLI_ENCRYPTION_KEY: '' }, answers });
    expect(odd(reportOf(result))).toEqual([]);
  });

  test('in Vault, which is left as it was', async () => {
    const vault = keep(await vaultServer());
    const { script } = await sandboxed();
    const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    const report = reportOf(await script(DOCTOR, { env }));
    expect(odd(report)).toEqual([]);
    expect(step(report, 'store').seen).toMatch(/^Vault: written, read back and deleted/);
    expect(JSON.parse((await script('auth list --json', { env })).stdout)).toEqual({ servers: {} });
    vault.tokens.clear();
    expect(odd(reportOf(await script(DOCTOR, { env })))).toEqual(['store failed denied']);
  });

  test.skipIf(keyringMissing)(
    `that is locked is not taken for empty${keyringMissing ? ` (${keyringMissing})` : ''}`,
    { timeout: 30_000 },
    async () => {
      const service = keep(await secretService({}));
      const { HOME: _, ...own } = service.env;
      const { script } = await sandboxed();
      service.lock();
      const env = { ...own, MCP_CLI_TOKEN_BACKEND: 'secretservice' };
      expect(odd(reportOf(await script(DOCTOR, { env })))).toEqual(['store failed locked']);
    },
  );
});

describe('the clock', () => {
  test.each<[number, string[], RegExp]>([
    [0, [], /within 1 s|within \d+ s/],
    [600_000, ['clock warning'], /this machine is 10 min ahead of the server/],
    [-7_200_000, ['clock warning'], /this machine is 2 h behind the server/],
  ])('%i ms off', async (clock, expected, says) => {
    const { script } = await sandboxed();
    const report = reportOf(await script(DOCTOR, { clock }));
    expect(odd(report)).toEqual(expected);
    expect(step(report, 'clock').seen).toMatch(says);
  });

  test('for who signs what is good for minutes only it is a failure', async () => {
    const oauth = {
      grant_type: 'client_credentials',
      client_id: 'mine',
      token_endpoint_auth_method: 'private_key_jwt',
      private_key_file: '/nonexistent',
    };
    const { script } = await sandboxed([], { entry: { oauth } });
    const report = reportOf(await script(DOCTOR, { clock: 600_000 }));
    expect(step(report, 'clock')).toMatchObject({ code: 'clock', exit: 3, clause: 'RFC 7523 section 3' });
  });
});

describe('the token', () => {
  test('that is over is renewed, once, and kept', async () => {
    const { authorization, script, config } = await scene();
    const home = await expiredHome(authorization, config);
    const before = authorization.count(authorization.paths.token);
    const report = reportOf(await script(DOCTOR, { home }));
    expect(odd(report)).toEqual([]);
    expect(step(report, 'token').seen).toMatch(/renewed because it was over/);
    expect(authorization.count(authorization.paths.token)).toBe(before + 1);
    const again = reportOf(await script(DOCTOR, { home }));
    expect(step(again, 'token').seen).toBe('notes takes the stored token');
    expect(authorization.count(authorization.paths.token)).toBe(before + 1);
  });

  test('that is refused before its time is renewed as well', async () => {
    const { authorization, script, config } = await scene();
    const home = await expiredHome(authorization, config, { looksFresh: true });
    const report = reportOf(await script(DOCTOR, { home }));
    expect(step(report, 'token').seen).toMatch(/renewed because it was refused/);
    expect((await storedRecord(home))?.tokens?.refreshToken).toBeDefined();
  });

  test('that is over, and whose renewal is refused', async () => {
    const { person, script } = await sandboxed(['errors-invalid-request'], {
      accessLifetime: 1,
      refreshLifetime: 1,
    });
    await person('auth login notes');
    const report = reportOf(await script(DOCTOR));
    expect(report).toMatchObject({ failed: 'token' });
    expect(step(report, 'token')).toMatchObject({
      exit: 4,
      fix: expect.stringContaining('auth login notes'),
    });
  });

  test('whose renewal is under way at Ctrl-C is saved', async () => {
    const { authorization, script, config } = await scene();
    const home = await expiredHome(authorization, config);
    const before = await storedRecord(home);
    const stop = new AbortController();
    authorization.intercept = async ({ path }) => {
      if (path === authorization.paths.token) stop.abort();
      return false;
    };
    expect(await script(DOCTOR, { home, signal: stop.signal })).toMatchObject({ exit: 130 });
    const after = await storedRecord(home);
    expect(after?.tokens?.accessToken).not.toBe(before?.tokens?.accessToken);
    expect(after?.tokens?.refreshToken).not.toBe(before?.tokens?.refreshToken);
  });

  test('of the environment: no store is opened, nobody signs in', async () => {
    const { script } = await sandboxed([], { entry: { bearer_token_env: 'NOTES_TOKEN' } });
    const env = { NOTES_TOKEN: 'not-a-token-of-the-sandbox', MCP_CLI_ENCRYPTION_KEY: '' };
    const report = reportOf(await script(DOCTOR, { env }));
    expect(odd(report)).toEqual(['token failed token_rejected']);
    expect(step(report, 'token').fix).toContain('NOTES_TOKEN');
    expect(step(report, 'store')).toMatchObject({
      status: 'skipped',
      seen: expect.stringContaining('NOTES_TOKEN'),
    });
    expect(step(report, 'registration').status).toBe('skipped');
  });
});

describe('a server that is started here', () => {
  test.each<[string, object, string[]]>([
    ['that works', { command: process.execPath, args: [STDIO] }, []],
    ['that is not there', { command: '/nonexistent/server' }, ['start failed not_started']],
    ['that ends at once', { command: process.execPath, args: ['-e', '0'] }, ['mcp failed not_started']],
  ])('%s', { timeout: 30_000 }, async (_, entry, expected) => {
    const { script } = desk(notes(entry), newHome());
    const report = reportOf(await script(DOCTOR));
    expect(report.steps.map((each) => each.step)).toEqual(['configuration', 'store', 'start', 'mcp']);
    expect(odd(report)).toEqual(expected);
  });
});
