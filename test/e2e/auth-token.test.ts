// `auth token`: the one command that prints a secret.
import { expect, test } from 'vitest';
import { errorOf, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';

const aloud = { showsSecrets: true };

test('a pipe gets the bare token, one that the server takes', async () => {
  const { server, person, script } = await scene();
  await person('auth login');
  const result = await script('auth token', aloud);
  expect(result).toMatchObject({ exit: 0, stderr: '' });
  expect(result.stdout).toMatch(/^\S+\n$/);
  await script('ping');
  expect(server.log.at(-1)?.headers.authorization).toBe(`Bearer ${result.stdout.trim()}`);
});

test('--json says what it is good for', async () => {
  const { person, script } = await scene();
  await person('auth login');
  const token = (await script('auth token', aloud)).stdout.trim();
  const { stdout } = await script('auth token notes --json', aloud);
  expect(JSON.parse(stdout)).toEqual({
    server: 'notes',
    accessToken: token,
    tokenType: 'Bearer',
    expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    scope: 'mcp:read',
  });
});

test('an expired token is renewed first, once', async () => {
  const { authorization, person, script } = await scene();
  await person('auth login');
  const before = await script('auth token', aloud);
  authorization.forgetAccessTokens();
  const later = await script('auth token', { ...aloud, clock: 7_200_000 });
  expect(later.exit).toBe(0);
  expect(later.stdout).not.toBe(before.stdout);
  expect(authorization.count(authorization.paths.token)).toBe(2);
});

test('a terminal sees none without --show, and no server is asked for one', async () => {
  const { authorization, person } = await scene({ entry: { oauth: {} } });
  const terminal = { terminal: { stdout: true, stderr: true } };
  for (const line of ['auth token', 'auth token notes --json']) {
    const result = await person(line, terminal);
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toContain('--show');
  }
  expect(authorization.log).toEqual([]);
  const shown = await person('auth token --show', { ...terminal, ...aloud });
  expect(shown.exit).toBe(0);
  expect(shown.stdout).toMatch(/^\S+\n$/);
});

test('without a sign-in, and nobody there: exit 4 within a second', async () => {
  const { authorization, script } = await scene({ entry: { oauth: {} } });
  const start = performance.now();
  const result = await script('auth token --json');
  expect(performance.now() - start).toBeLessThan(5000);
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({ code: 'login_required', server: 'notes' });
  expect(authorization.log).toEqual([]);
});

test('what is provided from outside is what is sent', async () => {
  const { script } = await scene({
    others: {
      header: {
        url: 'https://x.example/',
        headers: { authorization: registerSecret('Bearer h34der', 'header') },
      },
    },
  });
  const env = { MCP_CLI_TOKEN_NOTES: 'from-the-environment' };
  expect((await script('auth token notes', { env, ...aloud })).stdout).toBe('from-the-environment\n');
  const header = await script('auth token header --json');
  expect(header.exit).toBe(2);
  expect(errorOf(header).message).toContain('mcpServers.header.headers.authorization');
});

test('one server at a time, and none for stdio', async () => {
  const { script } = await scene({ others: { local: { command: 'node' } } });
  expect(errorOf(await script('auth token --json'))).toMatchObject({
    code: 'no_server',
    hint: expect.stringContaining('notes, local'),
  });
  expect(errorOf(await script('auth token --server notes,local --json')).code).toBe('one_server');
  expect(errorOf(await script('auth token local --json')).code).toBe('no_sign_in');
});
