import { beforeEach, describe, expect, it, vi } from 'vitest';
import { signOut } from '../../src/auth/forget.ts';
import { signIn } from '../../src/auth/login.ts';
import { refreshNow } from '../../src/auth/renew.ts';
import { describeRecord } from '../../src/auth/status.ts';
import { providedToken } from '../../src/config/provided.ts';
import { AuthError, CancelledError, ConfigError, StoreError } from '../../src/errors.ts';
import { fakeStore, go, httpEntry, NOW, record, stdioEntry, type World } from './program.fake.ts';

// The auth room has tests of its own; here it is what the commands make of its answers.
const bearer = vi.hoisted(() => ({ current: vi.fn() }));
vi.mock('../../src/auth/login.ts', () => ({ signIn: vi.fn() }));
vi.mock('../../src/auth/bearer.ts', () => ({ openBearer: () => bearer }));
vi.mock('../../src/auth/renew.ts', () => ({ refreshNow: vi.fn() }));
vi.mock('../../src/auth/forget.ts', () => ({ signOut: vi.fn() }));

const tokens = { accessToken: 'sssecret', tokenType: 'Bearer' as const, issuedAt: NOW - 10 };
const { tokens: _, ...bare } = record('x');
const lost = new StoreError('wrong_password', 'the password is wrong', {
  hint: 'set MCP_CLI_ENCRYPTION_KEY',
});

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(signIn).mockImplementation(async (ctx) => record(ctx.entry.name));
  vi.mocked(refreshNow).mockImplementation(async (ctx) => record(ctx.entry.name));
  vi.mocked(signOut).mockResolvedValue({ had: true, revoked: 'revoked' });
});

describe('describeRecord', () => {
  it.each([
    ['signed_in', record('x')],
    ['signed_in', record('x', { tokens })],
    ['expired', record('x', { tokens: { ...tokens, expiresAt: NOW } })],
    ['expired_refreshable', record('x', { tokens: { ...tokens, expiresAt: NOW - 1, refreshToken: 'r' } })],
    ['registered', bare],
  ])('%s', (state, value) => expect(describeRecord(value, NOW).state).toBe(state));

  it('has no secret in it', () => {
    const described = describeRecord(record('x', { url: 'https://x.example/mcp?key=sssecret' }), NOW);
    expect(JSON.stringify(described)).not.toContain('sssecret');
    expect(described).toEqual({
      server: 'x',
      state: 'signed_in',
      url: 'https://x.example/mcp',
      issuer: 'https://auth.x.example',
      clientId: 'client-1',
      clientSource: 'registered',
      scope: 'read write',
      issuedAt: NOW - 60_000,
      expiresAt: NOW + 3_600_000,
      refreshable: true,
    });
  });
});

describe('provided', () => {
  it.each([
    [{}, {}, undefined],
    [{}, { MCP_CLI_TOKEN_A: 't' }, 'MCP_CLI_TOKEN_A'],
    [{}, { MCP_CLI_TOKEN_A: '' }, undefined],
    [{ bearerTokenEnv: 'MINE' }, { MINE: 't' }, 'MINE'],
    [{ bearerTokenEnv: 'MINE' }, {}, undefined],
    [{ bearerTokenEnv: 'MINE' }, { MINE: 't', MCP_CLI_TOKEN_A: 't' }, 'MINE'],
    [{ name: 'backend' }, { MCP_CLI_TOKEN_BACKEND: 'vault' }, undefined],
    [{ headers: { AUTHORIZATION: 'x' } }, {}, 'mcpServers.a.headers.AUTHORIZATION'],
  ])('%j with %j', (entry, env, source) =>
    expect(providedToken(httpEntry('a', entry), [], env)?.source).toBe(source),
  );
});

const two: World = { entries: [httpEntry('a'), httpEntry('b'), stdioEntry('c')] };

describe('auth login', () => {
  it('signs in to one after the other and says so', async () => {
    const ran = await go('auth login a b', two);
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toBe(
      'a: signed in at https://auth.a.example, token expires in 60 min\nb: signed in at https://auth.b.example, token expires in 60 min\n',
    );
    const json = await go('auth login a --force --scope read,write --json', two);
    expect(JSON.parse(json.stdout)).toMatchObject({ server: 'a', state: 'signed_in' });
    expect(json.stdout).not.toContain('sssecret');
    expect(vi.mocked(signIn).mock.lastCall?.[1]).toEqual({ force: true, scopes: ['read', 'write'] });
  });

  it('goes on after a failure, but not after Ctrl-C', async () => {
    vi.mocked(signIn).mockRejectedValueOnce(new AuthError('access_denied', 'it was refused'));
    const ran = await go('auth login a b --json', two);
    expect(ran.exit).toBe(4);
    expect(JSON.parse(ran.stdout).servers).toMatchObject({
      a: { error: { server: 'a' } },
      b: { state: 'signed_in' },
    });
    vi.mocked(signIn).mockClear().mockRejectedValueOnce(new CancelledError());
    expect((await go('auth login a b', two)).exit).toBe(130);
    expect(signIn).toHaveBeenCalledTimes(1);
  });

  it('refuses what has no sign-in or would not use one', async () => {
    const stdio = await go('auth login c', two);
    expect(stdio).toMatchObject({ exit: 2, stdout: '' });
    expect(stdio.stderr).toContain('stdio');
    const token = await go('auth login a', { ...two, env: { MCP_CLI_TOKEN_A: 'sssecret' } });
    expect(token.exit).toBe(2);
    expect(token.stderr).toContain('unset MCP_CLI_TOKEN_A');
    expect(token.stderr).not.toContain('sssecret');
    expect(signIn).not.toHaveBeenCalled();
  });
});

describe('auth status', () => {
  const store = fakeStore({
    a: JSON.stringify(record('a')),
    'a@work': JSON.stringify(record('a', { account: 'work', tokens: { ...tokens, expiresAt: NOW - 1 } })),
    moved: JSON.stringify(record('moved', { url: 'https://elsewhere.example/mcp' })),
    odd: '{}',
  });
  const entries = [...(two.entries ?? []), httpEntry('moved'), httpEntry('odd')];

  it('of all is exit 0 whatever it says', async () => {
    const ran = await go('auth status', { entries, store });
    expect(ran.exit).toBe(0);
    const rows = ran.stdout.split('\n').map((row) => row.split(/ {2,}/).slice(0, 2).join(': '));
    expect(rows).toEqual([
      'SERVER: STATE',
      'a: signed in',
      'b: not signed in',
      'c: no sign-in (stdio)',
      'moved: signed in to another URL',
      'odd: what is stored cannot be read',
      '',
    ]);
    expect(ran.stdout).not.toContain('sssecret');
  });

  it.each([
    ['a', 0, 'signed_in'],
    ['a --account work', 4, 'expired'],
    ['b', 4, 'signed_out'],
    ['c', 0, 'stdio'],
    ['moved', 4, 'other_url'],
    ['odd', 4, 'unreadable'],
  ])('of %s is exit %i', async (words, exit, state) => {
    const ran = await go(`auth status ${words} --json`, { entries, store });
    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.stdout).state).toBe(state);
  });

  it('counts a provided token and asks no store for it', async () => {
    const closed = fakeStore({}, { get: lost });
    const ran = await go('auth status a --json', {
      entries,
      store: closed,
      env: { MCP_CLI_TOKEN_A: 'sssecret' },
    });
    expect(ran).toMatchObject({ exit: 0 });
    expect(JSON.parse(ran.stdout)).toEqual({ server: 'a', state: 'environment', source: 'MCP_CLI_TOKEN_A' });
  });

  it('fails as a whole with a lost password, and in part with a bad entry', async () => {
    expect((await go('auth status', { entries, store: fakeStore({}, { get: lost }) })).exit).toBe(6);
    const bad = new Error('bad', { cause: new ConfigError('missing_env', 'X is not set') });
    const ran = await go('auth status bad a --json', { entries: [bad, ...entries], store });
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.stdout).servers).toMatchObject({
      bad: { state: 'error' },
      a: { state: 'signed_in' },
    });
  });

  it('lists all that is stored, orphans too', async () => {
    const ran = await go('auth list --json', { entries: [httpEntry('a')], store });
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout).servers).toMatchObject({
      a: { state: 'signed_in' },
      'a@work': { state: 'expired' },
      moved: { orphan: true },
      odd: { state: 'unreadable', orphan: true },
    });
    expect((await go('auth list', {})).stdout).toBe('Nothing to show.\n');
  });
});

describe('auth refresh', () => {
  it('renews and tells', async () => {
    expect((await go('auth refresh a', two)).stdout).toMatch(/^a: signed in/);
    vi.mocked(refreshNow).mockRejectedValueOnce(new AuthError('login_required', 'sign in again'));
    expect((await go('auth refresh a', two)).exit).toBe(4);
  });
});

describe('auth token', () => {
  const world: World = { ...two, store: fakeStore({ a: JSON.stringify(record('a')) }) };
  beforeEach(() => bearer.current.mockResolvedValue('sssecret-access-a'));

  it('gives a pipe the bare token', async () => {
    expect(await go('auth token a', world)).toMatchObject({
      exit: 0,
      stdout: 'sssecret-access-a\n',
      stderr: '',
    });
    expect(JSON.parse((await go('auth token a --json', world)).stdout)).toEqual({
      server: 'a',
      access_token: 'sssecret-access-a',
      token_type: 'Bearer',
      expires_at: '2026-11-20T13:00:00.000Z',
      scope: 'read write',
    });
  });

  it('shows nothing to a terminal without --show', async () => {
    const terminal = { ...world, terminal: true };
    for (const line of ['auth token a', 'auth token a --json']) {
      const ran = await go(line, terminal);
      expect(ran).toMatchObject({ exit: 2, stdout: '' });
      expect(ran.stderr).toContain('--show');
    }
    expect(bearer.current).not.toHaveBeenCalled();
    expect((await go('auth token a --show', terminal)).stdout).toBe('sssecret-access-a\n');
  });

  it('says who has none', async () => {
    bearer.current.mockResolvedValue(undefined);
    const ran = await go('auth token a', world);
    expect(ran).toMatchObject({ exit: 4, stdout: '' });
    expect(ran.stderr).toContain('mcp-cli auth login a');
    expect((await go('auth token c', world)).exit).toBe(2);
  });

  it('gives the token of the environment where that is what is sent', async () => {
    const env = { MCP_CLI_TOKEN_A: 'from-env' };
    expect((await go('auth token a', { ...world, env })).stdout).toBe('from-env\n');
    const header = { ...world, entries: [httpEntry('a', { headers: { authorization: 'sssecret' } })] };
    expect(await go('auth token a', header)).toMatchObject({ exit: 2, stdout: '' });
  });
});

describe('auth logout', () => {
  it('keeps the registration; what could not be revoked is named', async () => {
    expect(await go('auth logout a', two)).toMatchObject({ exit: 0, stdout: 'signed out of a\n' });
    expect(vi.mocked(signOut).mock.lastCall?.[1]).toEqual({ keepRegistration: true });
    vi.mocked(signOut).mockResolvedValueOnce({ had: true, revoked: 'failed' });
    const ran = await go('auth logout a b', two);
    expect(ran).toMatchObject({ exit: 6, stdout: 'signed out of a\nsigned out of b\n' });
    expect(ran.stderr).toMatch(/not revoked at the server: a\n/);
    vi.mocked(signOut).mockResolvedValueOnce({ had: false, revoked: 'nothing' });
    expect(await go('auth logout a', two)).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
  });
});

describe('auth reset', () => {
  const stored = () => fakeStore({ a: JSON.stringify(record('a')), 'a@work': 'x', gone: 'x' });

  it('of one server forgets all its accounts, or the one that is named', async () => {
    const store = stored();
    expect(await go('auth reset a --account work', { ...two, store })).toMatchObject({
      exit: 0,
      stdout: 'forgot a@work\n',
    });
    expect([...store.values.keys()]).toEqual(['a', 'gone']);
    expect(await go('auth reset a', { ...two, store })).toMatchObject({ exit: 0, stdout: 'forgot a\n' });
    expect([...store.values.keys()]).toEqual(['gone']);
    expect(vi.mocked(signOut).mock.calls.map(([ctx, options]) => [ctx.entry.account, options])).toEqual([
      ['work', { keepRegistration: false }],
      [undefined, { keepRegistration: false }],
    ]);
  });

  it('of all asks first', async () => {
    const store = stored();
    const refused = await go('auth reset', { ...two, store, terminal: true });
    expect(refused.exit).toBe(130);
    expect(refused.questions).toEqual(['Forget every sign-in (a, a@work, gone)?']);
    expect(store.values.size).toBe(3);
    await go('auth reset', { ...two, store, terminal: true, confirm: true });
    expect(store.values.size).toBe(0);
  });

  it('of all without a terminal needs --yes', async () => {
    const store = stored();
    const ran = await go('auth reset', { ...two, store });
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).toContain('--yes');
    expect(store.values.size).toBe(3);
    // Nobody is configured who could revoke what `gone` has.
    const forced = await go('auth reset --yes --json', { ...two, store });
    expect(forced.exit).toBe(6);
    expect(JSON.parse(forced.stderr).error).toMatchObject({
      code: 'not_revoked',
      message: expect.stringContaining(': gone'),
    });
    expect(JSON.parse(forced.stdout).servers.a).toEqual({ server: 'a', deleted: true, revoked: 'revoked' });
    expect(store.values.size).toBe(0);
  });

  it('deletes unread with a lost password and no network, and says what it could not do', async () => {
    const store = fakeStore({ a: 'sealed' }, { get: lost });
    vi.mocked(signOut).mockRejectedValue(lost);
    const ran = await go('auth reset a', { ...two, store });
    expect(ran).toMatchObject({ exit: 6, stdout: 'forgot a\n' });
    expect(store.values.size).toBe(0);
    expect(store.reads).toBe(0);
  });

  it('names what it could not delete', async () => {
    const store = fakeStore(
      { a: 'x' },
      { delete: new StoreError('locked', 'the keyring is locked', { hint: 'unlock it' }) },
    );
    const ran = await go('auth reset a --json', { ...two, store });
    expect(ran.exit).toBe(6);
    expect(JSON.parse(ran.stderr).error).toMatchObject({ code: 'not_deleted', hint: 'unlock it' });
  });

  it('deletes what is named in a store that cannot be listed', async () => {
    const store = fakeStore({ a: 'x' }, { list: new StoreError('locked', 'the keyring is locked') });
    expect(await go('auth reset a', { ...two, store })).toMatchObject({ exit: 0, stdout: 'forgot a\n' });
    expect((await go('auth reset', { ...two, store })).exit).toBe(6);
  });

  it('with nothing stored is exit 0, an unknown name exit 2', async () => {
    expect(await go('auth reset', two)).toMatchObject({
      exit: 0,
      stdout: 'Nothing was stored.\n',
      questions: [],
    });
    expect(await go('auth reset a', two)).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
    expect((await go('auth reset aa', two)).exit).toBe(2);
    expect(signOut).not.toHaveBeenCalled();
  });

  it('works with a name that is no longer configured', async () => {
    const ran = await go('auth reset gone', { ...two, store: stored() });
    expect(ran).toMatchObject({ exit: 6, stdout: 'forgot gone\n' });
  });
});
