// `auth reset`: everything is forgotten, whatever stands in the way.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cancel } from '../support/cli.ts';
import { configFile } from '../support/home.ts';
import { desk, errorOf, type Scene, scene } from '../support/scene.ts';

const aloud = { showsSecrets: true };
const files = (home: string) =>
  readdirSync(join(home, '.mcp_cli/tokens')).filter((name) => /enc|salt/.test(name));

/** Signed in as oneself and as `work`. */
async function signedIn(options: Parameters<typeof scene>[0] = {}): Promise<Scene> {
  const made = await scene(options);
  await made.person('auth login notes');
  await made.person('auth login notes --account work');
  return made;
}

describe('of one server', () => {
  test('revokes and forgets all its accounts, and the registration', async () => {
    const { authorization, server, home, person, script } = await signedIn();
    const token = (await script('auth token', aloud)).stdout.trim();
    const result = await script('auth reset notes --json');
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(result.stdout).servers).toEqual({
      notes: { server: 'notes', deleted: true, revoked: 'revoked' },
      'notes@work': { server: 'notes@work', deleted: true, revoked: 'revoked' },
    });
    expect(await authorization.validate(token, server.mcpUrl)).toBeUndefined();
    expect(files(home)).toEqual([]);
    await person('auth login');
    expect(authorization.count(authorization.paths.registration)).toBe(3);
  });

  test('or the one account that is named', async () => {
    const { script } = await signedIn();
    expect((await script('auth reset notes --account work')).stdout).toBe('forgot notes@work\n');
    expect((await script('tools list')).exit).toBe(0);
    expect((await script('tools list --account work')).exit).toBe(4);
  });

  test('after a logout forgets the registration, and says so', async () => {
    const { home, person, script } = await scene();
    await person('auth login notes');
    await script('auth logout notes');
    expect((await script('auth reset notes')).stdout).toBe('forgot notes\n');
    expect(files(home)).toEqual([]);
  });

  test('with nothing stored is exit 0; a slip of the finger is exit 2', async () => {
    const { script } = await scene();
    expect(await script('auth reset notes')).toMatchObject({
      exit: 0,
      stdout: 'Nothing was stored.\n',
      stderr: '',
    });
    expect(errorOf(await script('auth reset note --json'))).toMatchObject({
      code: 'unknown_server',
      hint: expect.stringContaining('did you mean "notes"?'),
    });
  });

  test('offline: forgotten here, exit 6 with the names', async () => {
    const { authorization, home, script } = await signedIn();
    await authorization.close();
    authorization.close = async () => {};
    const start = performance.now();
    const result = await script('auth reset notes');
    expect(performance.now() - start).toBeLessThan(2000);
    expect(result).toMatchObject({ exit: 6, stdout: 'forgot notes\nforgot notes@work\n' });
    expect(result.stderr).toMatch(
      /^(warning: notes.* refused the connection\n){2}error: .* not revoked at the server: notes, notes@work\nhint: .+\n$/,
    );
    expect(files(home)).toEqual([]);
  });

  test('with a lost password: deleted unread', async () => {
    const { authorization, home, script } = await signedIn();
    const before = authorization.log.length;
    const lost = { env: { MCP_CLI_ENCRYPTION_KEY: 'another password' } };
    const result = await script('auth reset notes --json', lost);
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stderr).error.code).toBe('not_revoked');
    expect(JSON.parse(result.stdout).servers.notes).toEqual({
      server: 'notes',
      deleted: true,
      revoked: 'failed',
    });
    expect(files(home)).toEqual([]);
    expect(authorization.log).toHaveLength(before);
    expect(await script('auth status', lost)).toMatchObject({ exit: 0 });
  });

  test('without any password, and nobody to ask: the same', async () => {
    const { home, script } = await signedIn();
    const result = await script('auth reset notes', { env: { MCP_CLI_ENCRYPTION_KEY: undefined } });
    expect(result).toMatchObject({ exit: 6, stdout: 'forgot notes\nforgot notes@work\n' });
    expect(files(home)).toEqual([]);
  });

  test('that is no longer configured: forgotten, and told that nobody could be asked', async () => {
    const { authorization, home } = await signedIn();
    const before = authorization.log.length;
    const elsewhere = desk(configFile({ mcpServers: {} }), home);
    const result = await elsewhere.script('auth reset notes');
    expect(result).toMatchObject({ exit: 6, stdout: 'forgot notes\nforgot notes@work\n' });
    expect(authorization.log).toHaveLength(before);
  });
});

describe('of all', () => {
  test('asks first, and no means no', async () => {
    const { home, person, script } = await signedIn();
    const asking = async (answer: boolean | typeof cancel) => person('auth reset', { answers: [answer] });
    for (const no of [false, cancel] as const) {
      expect(await asking(no)).toMatchObject({ exit: 130, stdout: '' });
      expect((await script('tools list')).exit).toBe(0);
    }
    expect(await asking(true)).toMatchObject({ exit: 0, stdout: 'forgot notes\nforgot notes@work\n' });
    expect(files(home)).toEqual([]);
  });

  test('without a terminal it takes --yes', async () => {
    const { home, script } = await signedIn();
    const refused = await script('auth reset --json');
    expect(refused.exit).toBe(2);
    expect(errorOf(refused)).toMatchObject({
      code: 'confirmation_needed',
      message: 'this would forget every sign-in: notes, notes@work',
      hint: expect.stringContaining('--yes'),
    });
    expect(files(home)).not.toEqual([]);
    expect((await script('auth reset --yes')).exit).toBe(0);
    expect(files(home)).toEqual([]);
  });

  test('with nothing stored is exit 0 without a question', async () => {
    const { script } = await scene();
    expect(await script('auth reset')).toMatchObject({
      exit: 0,
      stdout: 'Nothing was stored.\n',
      stderr: '',
    });
    expect(await script('auth reset --yes --json')).toMatchObject({ exit: 0, stdout: '{"servers":{}}\n' });
  });

  test('reaches what is no longer configured, and what `--server URL` left', async () => {
    const { authorization, server, home, person } = await signedIn();
    await person(`auth login ${server.mcpUrl}`);
    const elsewhere = desk(configFile({ mcpServers: {} }), home);
    const result = await elsewhere.script('auth reset --yes');
    expect(result.exit).toBe(6);
    expect(result.stdout.split('\n')).toContain('forgot notes');
    expect(result.stdout).toContain(`forgot 127.0.0.1:${server.port}\n`);
    expect(files(home)).toEqual([]);
    expect(authorization.paths).toBeDefined();
  });
});

describe('with a configuration that cannot be used', () => {
  const missing = '$' + '{NOT_THERE}';
  const notes = { url: 'https://notes.example/mcp' };
  test.each([
    ['is broken', '{"mcpServers": {', /closing brace/],
    [
      'misses a variable for the store',
      { mcpServers: { notes }, tokenStorage: { password: missing } },
      /NOT_THERE/,
    ],
    [
      'names a store that there is not',
      { mcpServers: { notes }, tokenStorage: { backend: 'shelf' } },
      /shelf|backend/,
    ],
  ])('that %s: forgets, names what it could not revoke, and says why', async (_, content, why) => {
    for (const line of ['auth reset --yes', 'auth reset notes']) {
      const { authorization, home } = await signedIn();
      const before = authorization.log.length;
      const result = await desk(configFile(content), home).script(line);
      expect(result).toMatchObject({ exit: 6, stdout: 'forgot notes\nforgot notes@work\n' });
      expect(result.stderr).toMatch(why);
      expect(result.stderr).toMatch(/^error: .* not revoked at the server: notes, notes@work\nhint: .+\n$/m);
      expect(files(home)).toEqual([]);
      expect(authorization.log).toHaveLength(before);
    }
  });

  test('that misses a variable of the server: the same', async () => {
    const { home } = await signedIn();
    const broken = desk(configFile({ mcpServers: { notes: { url: `https://${missing}/mcp` } } }), home);
    expect(await broken.script('auth reset notes')).toMatchObject({
      exit: 6,
      stdout: 'forgot notes\nforgot notes@work\n',
    });
    expect(files(home)).toEqual([]);
  });

  test('and nothing stored: it is not claimed that there was nothing', async () => {
    const broken = desk(configFile('{"mcpServers": {'));
    for (const line of ['auth reset --yes --json', 'auth reset notes --json']) {
      const result = await broken.script(line);
      expect(result.exit).toBe(3);
      expect(errorOf(result).code).toBe('invalid_json');
    }
  });

  test('because its path is wrong: nothing is forgotten', async () => {
    const { home } = await signedIn();
    const result = await desk('/nowhere/server_config.json', home).script('auth reset --yes --json');
    expect(result.exit).toBe(3);
    expect(errorOf(result).code).toBe('not_found');
    expect(files(home)).not.toEqual([]);
  });
});

describe('of a URL', () => {
  test('revokes and forgets what `--server URL` signed in', async () => {
    const { authorization, server, home, person, script } = await scene();
    await person(`auth login ${server.mcpUrl}`);
    const token = (await script(`auth token ${server.mcpUrl}`, aloud)).stdout.trim();
    expect(await script(`auth reset ${server.mcpUrl}`)).toMatchObject({
      exit: 0,
      stdout: `forgot 127.0.0.1:${server.port}\n`,
      stderr: '',
    });
    expect(await authorization.validate(token, server.mcpUrl)).toBeUndefined();
    expect(files(home)).toEqual([]);
  });
});
