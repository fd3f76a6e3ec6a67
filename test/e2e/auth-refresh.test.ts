// `auth refresh` where there is nothing to refresh with, and of several servers.
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { cut, hold, refuse } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

test('without a refresh token: exit 4, and the token that there is stays', async () => {
  const { authorization, person, script } = await scene({
    authorization: { behaviour: { refreshTokens: 'never' } },
  });
  await person('auth login');
  const requests = authorization.count(authorization.paths.token);
  const result = await script('auth refresh --json');
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({
    code: 'login_required',
    hint: 'sign in with: mcp-cli auth login notes',
    server: 'notes',
  });
  expect(authorization.count(authorization.paths.token)).toBe(requests);
  expect((await script('tools list')).exit).toBe(0);
});

test('without any record: exit 4, and nobody is asked', async () => {
  const { authorization, server, script } = await scene();
  const result = await script('auth refresh --json');
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({ code: 'login_required', server: 'notes' });
  expect([...authorization.log, ...server.log]).toEqual([]);
});

test('never opens a browser, even with a person at hand', async () => {
  const { authorization, person } = await scene();
  expect((await person('auth refresh')).exit).toBe(4);
  expect(authorization.log).toEqual([]);
});

test('after a logout: exit 4, and the registration is kept', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  await script('auth logout');
  expect((await script('auth refresh')).exit).toBe(4);
  await person('auth login');
  expect(authorization.count(authorization.paths.registration)).toBe(1);
});

test('text says until when', async () => {
  const { person, script } = await scene();
  await person('auth login');
  expect(await script('auth refresh')).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(
      /^notes: signed in at http:\/\/127\.0\.0\.1:\d+\S*, token expires in .+\n$/,
    ),
    stderr: '',
  });
});

test('an answer that breaks off leaves the sign-in as it is', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  authorization.intercept = cut(authorization.paths.token);
  const result = await script('auth refresh --json');
  expect(result.exit).toBe(5);
  authorization.intercept = undefined;
  expect((await script('auth refresh')).exit).toBe(0);
});

test('Ctrl-C during the request: what came is saved, then exit 130', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  const held = hold(authorization.paths.token);
  authorization.intercept = held.intercept;
  const stop = new AbortController();
  const result = script('auth refresh', { signal: stop.signal });
  await held.arrived;
  stop.abort();
  held.release();
  expect(await result).toMatchObject({ exit: 130, stdout: '' });
  authorization.intercept = undefined;
  expect((await script('auth refresh')).exit).toBe(0);
});

test('two at once: both end with a good sign-in', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  const results = await Promise.all([script('auth refresh'), script('auth refresh')]);
  expect(results.map(({ exit }) => exit)).toEqual([0, 0]);
  expect((await script('tools list')).exit).toBe(0);
  expect(authorization.count(authorization.paths.token)).toBeLessThanOrEqual(3);
});

test('a stdio server has no sign-in', async () => {
  const { script } = await scene({ others: { local: { command: 'node' } } });
  expect(errorOf(await script('auth refresh local --json'))).toMatchObject({
    code: 'no_sign_in',
    server: 'local',
  });
});

test('of several: all are tried, the exit is that of the first failure', async () => {
  const [x, y, z] = [
    keep(await authorizationServer()),
    keep(await authorizationServer()),
    keep(await authorizationServer()),
  ];
  const entry = async (issuer: typeof x) => ({
    url: keep(await modernServer({ authorizationServers: [issuer] })).mcpUrl,
  });
  const mcpServers = { x: await entry(x), y: await entry(y), z: await entry(z), w: await entry(z) };
  const { person, script } = desk(configFile({ mcpServers }));
  await person('auth login x y z');
  x.intercept = refuse(x.paths.token, 'temporarily_unavailable', 503);
  const result = await script('auth refresh x w y z --json');
  expect(result.exit).toBe(5);
  const { servers } = JSON.parse(result.stdout);
  expect(servers).toMatchObject({
    x: { error: { code: 'server_error' } },
    w: { error: { code: 'login_required' } },
    y: { state: 'signed_in' },
    z: { state: 'signed_in' },
  });
  expect(Object.keys(servers)).toEqual(['x', 'w', 'y', 'z']);
  expect(JSON.parse(result.stderr)).toMatchObject({
    error: { code: 'server_error', server: 'x' },
    errors: [{ server: 'x' }, { server: 'w' }],
  });
  for (const each of [y, z]) expect(each.count(each.paths.token)).toBe(2);
  const text = await script('auth refresh w y');
  expect(text).toMatchObject({ exit: 4, stdout: expect.stringMatching(/^y: signed in .*\n$/) });
  expect(text.stderr).toMatch(/^error: .*\bw\b.*\nhint: .*auth login w\n$/);
});
