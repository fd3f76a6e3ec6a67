// `auth logout`: ended at the server, forgotten here, and the registration kept.
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { cut, empty, hold } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

const aloud = { showsSecrets: true };

test('the server itself ends both tokens', async () => {
  const { authorization, server, person, script } = await scene();
  await person('auth login');
  const token = (await script('auth token', aloud)).stdout.trim();
  const resource = server.mcpUrl;
  expect(await authorization.validate(token, resource)).toBeDefined();
  expect(await script('auth logout notes')).toMatchObject({
    exit: 0,
    stdout: 'signed out of notes\n',
    stderr: '',
  });
  expect(await authorization.validate(token, resource)).toBeUndefined();
  const sent = authorization.log.filter(({ path }) => path === authorization.paths.revocation);
  expect(sent.map(({ params }) => params.token_type_hint)).toEqual(['refresh_token', 'access_token']);
  expect(sent.map(({ params }) => params.token)).toContain(token);
  expect((await script('tools list')).exit).toBe(4);
});

test('the next sign-in registers nothing', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  expect(JSON.parse((await script('auth logout --json')).stdout)).toEqual({
    server: 'notes',
    deleted: true,
    revoked: 'revoked',
  });
  expect((await person('auth login')).exit).toBe(0);
  expect(authorization.count(authorization.paths.registration)).toBe(1);
  expect((await script('tools list')).exit).toBe(0);
});

test('twice is no failure', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  await script('auth logout');
  expect(await script('auth logout')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
  expect(authorization.count(authorization.paths.revocation)).toBe(2);
  expect((await person('auth login')).exit).toBe(0);
  expect(authorization.count(authorization.paths.registration)).toBe(1);
});

test('of one account leaves the other signed in', async () => {
  const { person, script } = await scene();
  await person('auth login');
  await person('auth login --account work');
  expect((await script('auth logout --account work')).stdout).toBe('signed out of notes@work\n');
  expect((await script('tools list')).exit).toBe(0);
  expect((await script('tools list --account work')).exit).toBe(4);
});

test.each([
  ['cuts the connection', cut],
  ['is in trouble', (path: string) => empty(path, 503)],
])('a server that %s is named, and the tokens are forgotten here', async (_, fault) => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  authorization.intercept = fault(authorization.paths.revocation);
  const result = await script('auth logout');
  expect(result).toMatchObject({ exit: 6, stdout: 'signed out of notes\n' });
  const told = result.stderr.replace(
    /^warning: notes: the authorization server's revocation endpoint at \S+ closed .*\n/,
    '',
  );
  expect(told === result.stderr).toBe(fault !== cut);
  expect(told).toMatch(/^error: forgotten here, but not revoked at the server: notes\nhint: .+\n$/);
  expect((await script('tools list')).exit).toBe(4);
});

test('a server without revocation is told in JSON, and is no failure', async () => {
  const without = ({ revocation_endpoint: _, ...document }: Record<string, unknown>) => document;
  const { person, script } = await scene({ authorization: { behaviour: { metadata: without } } });
  await person('auth login');
  const result = await script('auth logout --json');
  expect(result.exit).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ revoked: 'not_supported', deleted: true });
});

test('of several: all are tried, also after one that fails', async () => {
  const away = keep(await authorizationServer());
  const there = keep(await authorizationServer());
  const a = keep(await modernServer({ authorizationServers: [away] }));
  const b = keep(await modernServer({ authorizationServers: [there] }));
  const { person, script } = desk(configFile({ mcpServers: { a: { url: a.mcpUrl }, b: { url: b.mcpUrl } } }));
  await person('auth login a b');
  await away.close();
  closeOnce(away);
  const result = await script('auth logout a b --json');
  expect(result.exit).toBe(6);
  expect(JSON.parse(result.stdout).servers).toEqual({
    a: { server: 'a', deleted: true, revoked: 'failed' },
    b: { server: 'b', deleted: true, revoked: 'revoked' },
  });
  const [why = '', error = ''] = result.stderr.split('\n');
  expect(why).toMatch(
    /^warning: a: the authorization server's revocation endpoint at \S+ refused the connection$/,
  );
  expect(JSON.parse(error).error).toMatchObject({
    code: 'not_revoked',
    message: expect.stringMatching(/: a$/),
  });
});

test('of several: one without a sign-in does not stop the others', async () => {
  const { person, script } = await scene({ others: { local: { command: 'node' } } });
  await person('auth login notes');
  const result = await script('auth logout local notes --json');
  expect(result.exit).toBe(2);
  expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'no_sign_in', server: 'local' });
  expect((await script('auth status notes')).exit).toBe(4);
});

test('Ctrl-C while the server is asked keeps what there is', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  const held = hold(authorization.paths.revocation);
  authorization.intercept = held.intercept;
  const stop = new AbortController();
  const result = script('auth logout', { signal: stop.signal });
  await held.arrived;
  stop.abort();
  expect((await result).exit).toBe(130);
  held.release();
  authorization.intercept = undefined;
  expect((await script('auth status notes')).exit).toBe(0);
});

test('says that a token from the environment still counts, and leaves it alone', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  const env = { MCP_CLI_TOKEN_NOTES: 'from-the-environment' };
  const result = await script('auth logout', { env });
  expect(result.stderr).toBe('notes can still be used: MCP_CLI_TOKEN_NOTES holds a token\n');
  expect(authorization.log.some(({ text }) => text.includes(env.MCP_CLI_TOKEN_NOTES))).toBe(false);
});

test('a lost password is exit 6 and says that reset works without', async () => {
  const { person, script } = await scene();
  await person('auth login');
  const result = await script('auth logout --json', { env: { MCP_CLI_ENCRYPTION_KEY: 'another password' } });
  expect(result.exit).toBe(6);
  expect(errorOf(result)).toMatchObject({
    code: 'wrong_password',
    hint: expect.stringContaining('auth reset'),
  });
});

/** It is closed already. */
function closeOnce(server: { close(): Promise<void> }): void {
  server.close = async () => {};
}
