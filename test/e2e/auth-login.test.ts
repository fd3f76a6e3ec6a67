// `auth login` and `auth refresh` against real authorization servers.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { idleBrowser, walkingBrowser } from '../support/browser.ts';
import { cancel } from '../support/cli.ts';
import { refuse } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

describe('auth login', () => {
  test('signs in to the only server, and has nothing to do the second time', async () => {
    const { authorization, server, person, script } = await scene();
    const first = await person('auth login');
    expect(first.exit).toBe(0);
    expect(first.stdout).toBe(`notes: signed in at ${authorization.issuer}, token expires in 60 min\n`);
    const before = authorization.log.length;
    expect(await person('auth login', { browser: idleBrowser() })).toMatchObject({
      exit: 0,
      stdout: first.stdout,
    });
    expect(authorization.log).toHaveLength(before);
    const listed = await script('tools list');
    expect(listed.exit).toBe(0);
    expect(server.log.at(-1)?.headers.authorization).toMatch(/^Bearer ./);
  });

  test('--json tells how it stands, and no secret', async () => {
    const { authorization, server, person } = await scene();
    const { stdout } = await person('auth login notes --json');
    expect(JSON.parse(stdout)).toEqual({
      server: 'notes',
      state: 'signed_in',
      url: server.mcpUrl,
      issuer: authorization.issuer,
      clientId: expect.any(String),
      clientSource: 'registered',
      tokenType: 'Bearer',
      scope: 'mcp:read',
      issuedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      refreshable: true,
    });
  });

  test('--force signs in anew, with the registration of last time', async () => {
    const { authorization, person } = await scene();
    await person('auth login');
    const browser = walkingBrowser();
    expect((await person('auth login --force', { browser })).exit).toBe(0);
    expect(browser.opened).toHaveLength(1);
    expect(authorization.count(authorization.paths.registration)).toBe(1);
  });

  test('--scope asks for it', async () => {
    const { authorization, person } = await scene();
    const { stdout } = await person('auth login --scope mcp:admin --json');
    expect(JSON.parse(stdout).scope.split(' ')).toContain('mcp:admin');
    const asked = authorization.log.find(({ path }) => path === authorization.paths.authorization);
    expect(asked?.params.scope?.split(' ')).toContain('mcp:admin');
  });

  test('accounts are signed in apart from each other', async () => {
    const { person, script } = await scene();
    await person('auth login');
    expect((await script('tools list --account work --json')).exit).toBe(4);
    const work = await person('auth login --account work --json');
    expect(JSON.parse(work.stdout)).toMatchObject({ server: 'notes', account: 'work' });
    expect((await script('tools list --account work')).exit).toBe(0);
    const tokens = await Promise.all(
      ['auth token', 'auth token --account work'].map((line) => script(line, { showsSecrets: true })),
    );
    expect(new Set(tokens.map(({ stdout }) => stdout)).size).toBe(2);
  });

  test('several servers, one after the other; one that refuses does not stop the next', async () => {
    const [refusing, granting] = [keep(await authorizationServer()), keep(await authorizationServer())];
    refusing.behaviour.decision = 'deny';
    const a = keep(await modernServer({ authorizationServers: [refusing] }));
    const b = keep(await modernServer({ authorizationServers: [granting] }));
    const { person, script } = desk(
      configFile({ mcpServers: { a: { url: a.mcpUrl }, b: { url: b.mcpUrl } } }),
    );
    const both = await person('auth login a b --json');
    expect(both.exit).toBe(4);
    expect(JSON.parse(both.stdout).servers).toMatchObject({
      a: { server: 'a', error: { code: 'access_denied', server: 'a' } },
      b: { server: 'b', state: 'signed_in' },
    });
    const text = await person('auth login --server a,b');
    expect(text).toMatchObject({ exit: 4, stdout: expect.stringMatching(/^b: signed in at/) });
    expect(text.stderr).toContain('error: a: the sign-in to a was refused in the browser\n');
    expect((await script('tools list b')).exit).toBe(0);
  });

  test('Ctrl-C ends the row and leaves nothing behind', async () => {
    const { authorization, server, person, script } = await scene({
      others: { more: { url: 'http://127.0.0.1:9/mcp' } },
    });
    const stop = new AbortController();
    const browser = { ...idleBrowser(), openUrl: async () => stop.abort() };
    const result = await person('auth login notes more', { browser, signal: stop.signal });
    expect(result).toMatchObject({ exit: 130, stdout: '' });
    expect(result.stderr).toContain('error: cancelled\n');
    expect(result.stderr).not.toContain('more');
    expect(authorization.count(authorization.paths.token)).toBe(0);
    // Asked for its challenge, and for nothing more.
    expect(server.count('/mcp')).toBe(1);
    expect((await script('auth list')).stdout).toBe('Nothing to show.\n');
  });

  test('a person who breaks off at the password is not sent to the browser', async () => {
    const { authorization, person } = await scene();
    const result = await person('auth login', {
      answers: [cancel],
      env: { MCP_CLI_ENCRYPTION_KEY: '' },
      browser: idleBrowser(),
    });
    expect(result.exit).toBe(130);
    expect(authorization.count(authorization.paths.authorization)).toBe(0);
  });

  test.each([
    ['a stdio server', { command: 'node' }, 'no_sign_in', /mcpServers\.notes\.env/],
    [
      'a configured header',
      { headers: { Authorization: 'Bearer x' } },
      'token_provided',
      /headers\.Authorization/,
    ],
  ])('refuses %s', async (_, entry, code, hint) => {
    const { person } = await scene({ entry: 'command' in entry ? { url: undefined, ...entry } : entry });
    const result = await person('auth login --json', { browser: idleBrowser() });
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({ code, hint: expect.stringMatching(hint), server: 'notes' });
  });
});

describe('auth refresh', () => {
  test('renews with one token request, also what is still good', async () => {
    const { authorization, person, script } = await scene();
    await person('auth login');
    const token = () => script('auth token', { showsSecrets: true });
    const before = await token();
    const result = await script('auth refresh --json');
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({
      server: 'notes',
      state: 'signed_in',
      refreshable: true,
    });
    expect(authorization.count(authorization.paths.token)).toBe(2);
    expect((await token()).stdout).not.toBe(before.stdout);
  });

  test('of a grant that the server has ended says how to go on', async () => {
    const { authorization, person, script } = await scene();
    await person('auth login');
    authorization.forgetRefreshTokens();
    const result = await script('auth refresh --json');
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'login_required',
      hint: 'sign in with: mcp-cli auth login notes',
    });
  });

  test('during trouble keeps what there is', async () => {
    const { authorization, person, script } = await scene();
    await person('auth login');
    authorization.intercept = refuse(authorization.paths.token, 'temporarily_unavailable', 503);
    expect(errorOf(await script('auth refresh --json'))).toMatchObject({
      code: 'server_error',
      server: 'notes',
    });
    authorization.intercept = undefined;
    expect((await script('auth refresh')).exit).toBe(0);
  });

  test('without a sign-in is exit 4, of another account too', async () => {
    const { person, script } = await scene();
    await person('auth login');
    const result = await script('auth refresh --account work --json');
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({
      code: 'login_required',
      hint: 'sign in with: mcp-cli auth login notes --account work',
    });
  });
});
