// `mcp-cli proxy` and the sign-in: it waits for nobody, says what to do, and goes on once that is done.
import { describe, expect, test } from 'vitest';
import { piped } from '../support/bridge.ts';
import { walkingBrowser } from '../support/browser.ts';
import { scene } from '../support/scene.ts';

const NEEDED = {
  code: -32010,
  message: 'sign-in needed for notes; run: mcp-cli auth login notes',
  data: { code: 'login_required', server: 'notes' },
};

describe('without a sign-in', () => {
  test('the client reads the command; once somebody has run it, the next request works', async () => {
    const { home, config, person, server } = await scene();
    const client = piped({ home, config });
    expect((await client.greet()).error).toMatchObject(NEEDED);
    expect((await client.ask('tools/list')).error?.message).toMatch(/initialize comes first/);
    expect((await client.ask('ping')).result).toEqual({});
    expect((await person('auth login notes')).exit).toBe(0);
    expect((await client.greet()).result).toMatchObject({ serverInfo: { name: 'modern-server' } });
    expect((await client.ask('tools/list')).result?.tools).toHaveLength(5);
    expect(await client.end()).toMatchObject({ exit: 0, stderr: '' });
    expect(server.calls('tools/list')).toBe(1);
  });

  test('a terminal alone lets no browser open, --sign-in does', async () => {
    const { home, config } = await scene();
    const quiet = piped({ home, config }, { terminal: { stderr: true } });
    expect((await quiet.greet()).error).toMatchObject(NEEDED);
    const browser = walkingBrowser();
    const loud = piped({ home, config, args: ['--sign-in'] }, { browser, terminal: { stderr: true } });
    expect((await loud.greet()).result).toMatchObject({ serverInfo: { name: 'modern-server' } });
    expect((await quiet.greet()).result).toMatchObject({ serverInfo: { name: 'modern-server' } });
  });

  test('--sign-in opens none where nobody looks', async () => {
    const { home, config } = await scene();
    const client = piped({ home, config, args: ['--sign-in'] });
    expect((await client.greet()).error).toMatchObject(NEEDED);
  });
});

describe('in the middle', () => {
  test('a sign-in that has ended is told with each request until somebody signs in again', async () => {
    const { home, config, person, authorization, server } = await scene();
    await person('auth login notes');
    const client = piped({ home, config });
    await client.greet();
    expect((await client.ask('tools/list')).result).toBeDefined();
    authorization.forgetAccessTokens();
    authorization.forgetRefreshTokens();
    for (let time = 0; time < 2; time++)
      expect(
        (await client.ask('tools/call', { name: 'echo', arguments: { text: 'a' } })).error,
      ).toMatchObject({
        data: { code: expect.stringMatching(/login_required|refresh_lost/) },
        message: expect.stringContaining('run: mcp-cli auth login notes'),
      });
    expect((await person(['auth', 'login', 'notes', '--force'])).exit).toBe(0);
    const answer = await client.ask('tools/call', { name: 'echo', arguments: { text: 'back' } });
    expect(answer.result?.content).toEqual([{ type: 'text', text: 'back' }]);
    expect(server.calls('initialize')).toBe(1);
  });

  test('a token that is refused is renewed, and the client does not notice', async () => {
    const { home, config, person, authorization } = await scene();
    await person('auth login notes');
    const client = piped({ home, config });
    await client.greet();
    authorization.forgetAccessTokens();
    const before = authorization.count(authorization.paths.token);
    const answers = await Promise.all(
      [1, 2, 3].map((text) => client.ask('tools/call', { name: 'echo', arguments: { text: `${text}` } })),
    );
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(authorization.count(authorization.paths.token)).toBe(before + 1);
  });

  test('a tool that needs more says which scope, and works after the command', async () => {
    const { home, config, person } = await scene({
      entry: { oauth: { scopes: ['mcp:read', 'offline_access'] } },
    });
    await person('auth login notes');
    const client = piped({ home, config });
    await client.greet();
    const { error } = await client.ask('tools/call', { name: 'admin', arguments: {} });
    expect(error).toMatchObject({
      data: { code: 'insufficient_scope' },
      message: 'notes needs a further scope: mcp:admin; run: mcp-cli auth login notes --scope mcp:admin',
    });
    expect((await client.ask('tools/call', { name: 'echo', arguments: { text: 'a' } })).result).toBeDefined();
    const login = await person(['auth', 'login', 'notes', '--scope', 'mcp:admin,mcp:read,offline_access']);
    expect(login.exit).toBe(0);
    const { result } = await client.ask('tools/call', { name: 'admin', arguments: {} });
    expect(result?.content).toEqual([{ type: 'text', text: 'done as administrator' }]);
  });
});
