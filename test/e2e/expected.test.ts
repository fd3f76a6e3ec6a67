// Who a sign-in has to be of, and which issuer may make it: anything else is refused before it is kept.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { storedRecord } from '../support/expired.ts';
import { configFile } from '../support/home.ts';
import { desk, errorOf, keep, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const LIST = 'tools list --json';
const ADA = { email: 'ada@example.org', email_verified: true, preferred_username: 'ada.l', name: 'Ada' };

async function expecting(entry: object, more: SceneOptions = {}): Promise<Scene> {
  const made = await scene({ ...more, entry, authorization: { people: true, ...more.authorization } });
  made.authorization.behaviour.claims = ADA;
  return made;
}

const codeOf = ({ stderr }: { stderr: string }) => /\{"error":\{"code":"(\w+)"/.exec(stderr)?.[1];

const asked = ({ authorization }: Scene) =>
  authorization.log
    .filter(({ path }) => path === authorization.paths.authorization)
    .map(({ params }) => params);

describe('expect_account', () => {
  test.each(['ada@example.org', 'ada.l', 'ada'])(
    '%s: the sign-in is kept, and says whose it is',
    async (name) => {
      const made = await expecting({ expect_account: name });
      const result = await made.person('auth login');
      expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining(' as ada@example.org') });
      expect(result.stderr).toContain('Signed in to notes as ada@example.org');
      expect((await storedRecord(made.home))?.identity).toEqual({
        subject: 'ada',
        email: 'ada@example.org',
        emailVerified: true,
        username: 'ada.l',
        name: 'Ada',
      });
      expect(asked(made)[0]).toMatchObject({ login_hint: name });
      expect(asked(made)[0]?.scope?.split(' ')).toEqual(
        expect.arrayContaining(['openid', 'email', 'profile']),
      );
      expect((await made.script(LIST)).exit).toBe(0);
    },
  );

  test.each(['grace@example.org', 'Ada@example.org', 'ada@example.or', 'Ada'])(
    '%s: somebody else is refused, nothing is kept, and the tokens are ended',
    async (name) => {
      const { authorization, home, person } = await expecting({ expect_account: name });
      const result = await person('auth login --json', { browser: walkingBrowser() });
      expect(result.exit).toBe(4);
      expect(codeOf(result)).toBe('unexpected_account');
      expect(result.stderr).toContain(`sign in as ${name}: mcp-cli auth login notes`);
      expect(await storedRecord(home)).toBeUndefined();
      expect(authorization.count(authorization.paths.revocation)).toBe(2);
    },
  );

  test('a sign-in that was good stays when another one is refused', async () => {
    const { authorization, home, person, script } = await expecting({ expect_account: 'ada' });
    await person('auth login');
    const before = await storedRecord(home);
    authorization.behaviour.person = 'grace';
    expect((await person('auth login --force')).exit).toBe(4);
    expect(await storedRecord(home)).toEqual(before);
    expect((await script(LIST)).exit).toBe(0);
  });

  test('an address that is not verified is nobody’s', async () => {
    const { authorization, person } = await expecting({ expect_account: 'ada@example.org' });
    authorization.behaviour.claims = { ...ADA, email_verified: false };
    expect(codeOf(await person('auth login --json'))).toBe('unexpected_account');
  });

  test('the userinfo endpoint is asked where the ID token does not say', async () => {
    const { authorization, home, person } = await expecting(
      // oidc-provider's userinfo endpoint takes no token that is for another resource.
      { expect_account: 'ada@example.org', oauth: { resource: 'omit' } },
      { authorization: { people: 'userinfo' } },
    );
    expect((await person('auth login')).exit).toBe(0);
    expect(authorization.count('/me')).toBe(1);
    expect((await storedRecord(home))?.identity?.email).toBe('ada@example.org');
  });

  test('a server that says nothing of anybody is refused', async () => {
    const entry = { expect_account: 'ada' };
    const bare = (it: Record<string, unknown>) => ({
      ...it,
      scopes_supported: ['mcp:read', 'offline_access'],
    });
    const { authorization, home, person } = await scene({ entry });
    authorization.behaviour.metadata = bare;
    const result = await person('auth login --json');
    expect(result.exit).toBe(4);
    expect(codeOf(result)).toBe('unknown_account');
    expect(await storedRecord(home)).toBeUndefined();
  });

  test('is held against what is stored, before anything is sent', async () => {
    const { authorization, home, person, script, server } = await expecting({});
    const config = (name: string) =>
      configFile({ mcpServers: { notes: { url: server.mcpUrl, expect_account: name } } });
    await person('auth login --scope openid,email');
    const grace = desk(config('grace@example.org'), home);
    authorization.log.splice(0);
    server.log.splice(0);
    for (const line of [LIST, 'auth token --json', 'auth refresh --json']) {
      const result = await grace.script(line);
      expect(result.exit, line).toBe(4);
      expect(errorOf(result), line).toMatchObject({ code: 'unexpected_account', server: 'notes' });
    }
    const status = await grace.script('auth status notes --json');
    expect(status.exit).toBe(4);
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'unexpected' });
    expect([...authorization.log, ...server.log]).toEqual([]);
    expect((await desk(config('ada@example.org'), home).script(LIST)).exit).toBe(0);
    expect((await script(LIST)).exit).toBe(0);
  });

  test('of a stored sign-in that does not say: a new one, and the old one stays till then', async () => {
    const { home, person, server } = await expecting({});
    await person('auth login');
    const ada = desk(
      configFile({ mcpServers: { notes: { url: server.mcpUrl, expect_account: 'ada' } } }),
      home,
    );
    expect(errorOf(await ada.script(LIST))).toMatchObject({ code: 'unknown_account' });
    expect((await ada.person('auth login')).exit).toBe(0);
    expect((await ada.script(LIST)).exit).toBe(0);
  });

  test('and a service, which is nobody, is a mistake', async () => {
    const oauth = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b-secret-of-it' };
    const { script } = await scene({ entry: { expect_account: 'ada', oauth } });
    expect((await script(LIST)).exit).toBe(3);
  });
});

describe('expect_issuer', () => {
  test('the right one signs in', async () => {
    const authorization = keep(await authorizationServer());
    const made = await scene();
    const entry = { url: made.server.mcpUrl, expect_issuer: made.authorization.issuer };
    expect((await desk(configFile({ mcpServers: { notes: entry } })).person('auth login')).exit).toBe(0);
    const other = { url: made.server.mcpUrl, expect_issuer: authorization.issuer };
    const wrong = desk(configFile({ mcpServers: { notes: other } }), made.home);
    made.authorization.log.splice(0);
    const result = await wrong.person('auth login --json', { browser: walkingBrowser() });
    expect(result.exit).toBe(7);
    expect(codeOf(result)).toBe('unexpected_issuer');
    // Metadata is all that was asked for: no registration, no browser.
    expect(made.authorization.log.every(({ path }) => path.includes('/.well-known/'))).toBe(true);
    expect(await storedRecord(made.home)).toBeUndefined();
    // What is stored is held against it too.
    await made.person('auth login');
    made.server.log.splice(0);
    const stored = await wrong.script(LIST);
    expect(stored.exit).toBe(7);
    expect(errorOf(stored)).toMatchObject({ code: 'unexpected_issuer' });
    expect(made.server.log).toEqual([]);
  });
});
