// The server refuses the access token, and its authorization server the refresh: nothing is left that could be used,
// and nobody may be told otherwise.
import { expect, test } from 'vitest';
import { walkingBrowser } from '../support/browser.ts';
import { storedRecord } from '../support/expired.ts';
import { refuse } from '../support/faults.ts';
import { errorOf, type Scene, type SceneOptions, scene } from '../support/scene.ts';

const LIST = 'tools list --json';

/** Signed in by the clock of everybody; the logs are empty. */
async function signedIn(options: SceneOptions = {}): Promise<Scene> {
  const made = await scene(options);
  expect((await made.person(LIST)).exit).toBe(0);
  made.authorization.log.splice(0);
  made.server.log.splice(0);
  return made;
}

/** The status tells what the commands say; the registration is kept, and the next command asks nobody in vain. */
async function isSignedOut({ authorization, server, home, script }: Scene): Promise<void> {
  const status = await script('auth status notes --json');
  expect(status.exit).toBe(4);
  expect(JSON.parse(status.stdout)).toMatchObject({ state: 'registered', refreshable: false });
  expect(JSON.parse(status.stderr).error).toMatchObject({
    code: 'login_required',
    hint: 'sign in with: mcp-cli auth login notes',
  });
  expect((await script('auth status')).stdout).not.toContain('signed in');
  const record = await storedRecord(home);
  expect(record?.tokens).toBeUndefined();
  expect(record?.client.source).toBe('registered');
  const asked = [authorization.log.length, server.log.length];
  const next = await script(LIST);
  expect(next.exit).toBe(4);
  expect(errorOf(next).code).toBe('login_required');
  expect([authorization.log.length, server.log.length]).toEqual(asked);
}

test('a refused token whose grant is over as well is forgotten, though its lifetime is not over', async () => {
  const made = await signedIn();
  made.authorization.forgetAccessTokens();
  made.authorization.forgetRefreshTokens();
  const refused = await made.script(LIST);
  expect(refused.exit).toBe(4);
  expect(errorOf(refused).code).toBe('login_required');
  await isSignedOut(made);
  const browser = walkingBrowser();
  expect((await made.person(LIST, { browser })).exit).toBe(0);
  expect(browser.opened).toHaveLength(1);
});

test('so is one whose client the authorization server no longer knows', async () => {
  const made = await signedIn();
  made.authorization.forgetAccessTokens();
  made.authorization.intercept = refuse('/token', 'invalid_client', 401);
  expect((await made.script(LIST)).exit).toBe(4);
  await isSignedOut(made);
});

test('so is one that came without a refresh token', async () => {
  const made = await signedIn({
    entry: { oauth: { scopes: ['mcp:read'] } },
    server: { protection: { scopesSupported: ['mcp:read'] } },
    authorization: { behaviour: { refreshTokens: 'never' } },
  });
  expect((await storedRecord(made.home))?.tokens?.refreshToken).toBeUndefined();
  made.authorization.forgetAccessTokens();
  expect((await made.script(LIST)).exit).toBe(4);
  await isSignedOut(made);
});

test('so is one that outlived its grant, once the server refuses it too', async () => {
  const made = await signedIn();
  made.authorization.forgetRefreshTokens();
  // Shortly before the end: the refresh is refused, and the token still good.
  const { tokens } = (await storedRecord(made.home)) ?? {};
  const clock = (tokens?.expiresAt ?? 0) - Date.now() - 60_000;
  expect((await made.script(LIST, { clock })).exit).toBe(0);
  expect((await storedRecord(made.home))?.tokens?.accessToken).toBe(tokens?.accessToken);
  made.authorization.forgetAccessTokens();
  expect((await made.script(LIST)).exit).toBe(4);
  await isSignedOut(made);
});

test('a refresh by hand that is refused leaves the token that the server still takes', async () => {
  const made = await signedIn();
  made.authorization.forgetRefreshTokens();
  expect((await made.script('auth refresh notes')).exit).toBe(4);
  expect((await made.script('auth status notes')).exit).toBe(0);
  expect((await made.script(LIST)).exit).toBe(0);
});

test.each(['always', 'never'] as const)(
  'what another process saved meanwhile is kept and used, refresh tokens: %s',
  async (refreshTokens) => {
    const made = await signedIn({ authorization: { behaviour: { refreshTokens } } });
    const { authorization, server, home, person, script } = made;
    const before = (await storedRecord(home))?.tokens;
    expect(before?.refreshToken !== undefined).toBe(refreshTokens === 'always');
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    server.intercept = async () => {
      server.intercept = undefined;
      // The request with the old token is under way.
      expect((await person('auth login notes --force')).exit).toBe(0);
      return false;
    };
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    const after = (await storedRecord(home))?.tokens;
    expect(after?.accessToken).toMatch(/./);
    expect(after?.accessToken).not.toBe(before?.accessToken);
    expect((await script('auth status notes')).exit).toBe(0);
  },
);
