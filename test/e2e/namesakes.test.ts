// Two configurations may give two servers the same name: neither receives, destroys or ends the other's sign-in.
import { expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { configFile } from '../support/home.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, keep, scene } from '../support/scene.ts';

const aloud = { showsSecrets: true };

type Sides = { issuer?: 'same' | 'other' };

/** `first` is signed in to `notes`; `second` calls another server by that name, in the same HOME. */
async function namesakes({ issuer = 'same' }: Sides = {}) {
  const first = await scene();
  const authorization = issuer === 'same' ? first.authorization : keep(await authorizationServer());
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  await first.person('auth login');
  const token = (await first.script('auth token', aloud)).stdout.trim();
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const second = { authorization, server, ...desk(config, first.home) };
  return { first, second, token };
}

/** What a server was sent as a token. */
function tokensAt(server: McpServerHandle): Set<string | undefined> {
  return new Set(server.log.map(({ headers }) => headers.authorization));
}

/** Whether an authorization server was ever sent this. */
function reached(authorization: AuthorizationServer, token: string): boolean {
  return authorization.log.some((hit) => JSON.stringify(hit).includes(token));
}

test.each(['same', 'other'] as const)(
  'a namesake with the %s authorization server signs in anew and leaves the first alone',
  async (issuer) => {
    const { first, second, token } = await namesakes({ issuer });
    expect((await second.script('tools list')).exit).toBe(4);
    expect((await second.person('tools list')).exit).toBe(0);
    expect((await second.script('tools list')).exit).toBe(0);
    const other = (await second.script('auth token', aloud)).stdout.trim();
    expect(other).not.toBe(token);
    expect(tokensAt(second.server)).toEqual(new Set([undefined, `Bearer ${other}`]));
    expect((await first.script('auth token', aloud)).stdout.trim()).toBe(token);
    expect((await first.script('tools list')).exit).toBe(0);
    expect(tokensAt(first.server)).not.toContain(`Bearer ${other}`);
    if (issuer === 'other') expect(reached(second.authorization, token)).toBe(false);
  },
);

test('a refresh renews its own', async () => {
  const { first, second, token } = await namesakes();
  expect((await second.script('auth refresh')).exit).toBe(4);
  await second.person('auth login');
  const before = (await second.script('auth token', aloud)).stdout.trim();
  expect((await second.script('auth refresh')).exit).toBe(0);
  expect((await second.script('auth token', aloud)).stdout.trim()).not.toBe(before);
  expect((await first.script('auth token', aloud)).stdout.trim()).toBe(token);
  expect((await first.script('auth refresh')).exit).toBe(0);
  expect((await second.script('tools list')).exit).toBe(0);
});

test('a logout ends its own, before and after a sign-in of its own', async () => {
  const { first, second, token } = await namesakes();
  expect(await second.script('auth logout')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
  expect(await first.authorization.validate(token, first.server.mcpUrl)).toBeDefined();
  await second.person('auth login');
  const other = (await second.script('auth token', aloud)).stdout.trim();
  expect((await second.script('auth logout')).stdout).toBe('signed out of notes\n');
  expect(await second.authorization.validate(other, second.server.mcpUrl)).toBeUndefined();
  expect(await first.authorization.validate(token, first.server.mcpUrl)).toBeDefined();
  expect((await first.script('tools list')).exit).toBe(0);
});

test('a logout of the first leaves the second signed in', async () => {
  const { first, second } = await namesakes();
  await second.person('auth login');
  expect((await first.script('auth logout')).exit).toBe(0);
  expect((await second.script('tools list')).exit).toBe(0);
  await first.person('auth login');
  expect((await second.script('tools list')).exit).toBe(0);
});

test('a reset forgets all that has the name, ends its own, and names the one that it could not end', async () => {
  const { first, second, token } = await namesakes();
  await second.person('auth login');
  const other = (await second.script('auth token', aloud)).stdout.trim();
  const result = await second.script('auth reset notes --json');
  expect(result.exit).toBe(6);
  expect(Object.values(JSON.parse(result.stdout).servers)).toMatchObject([
    { server: expect.stringMatching(/^notes~/), deleted: true, revoked: 'revoked' },
    { server: 'notes', deleted: true, revoked: 'failed' },
  ]);
  expect(JSON.parse(result.stderr).error.message).toMatch(/: notes$/);
  expect(await second.authorization.validate(other, second.server.mcpUrl)).toBeUndefined();
  expect(await first.authorization.validate(token, first.server.mcpUrl)).toBeDefined();
});

test('the state of one is not the state of the other', async () => {
  const { first, second } = await namesakes();
  expect((await second.script('auth status notes')).exit).toBe(4);
  expect((await first.script('auth status notes')).exit).toBe(0);
});

test.each([
  ['another configured client', (issuer: string) => ({ client_id: 'another', issuer })],
  ['a pinned other issuer', () => ({ issuer: 'https://elsewhere.example' })],
])('%s for the same URL is a namesake too', async (_, oauth) => {
  const { authorization, server, home, person, script } = await scene();
  await person('auth login');
  const token = (await script('auth token', aloud)).stdout.trim();
  const entry = { url: server.mcpUrl, oauth: oauth(authorization.url) };
  const second = desk(configFile({ mcpServers: { notes: entry } }), home);
  const before = server.log.length;
  expect((await second.script('tools list')).exit).toBe(4);
  expect(server.log.slice(before).filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  expect(await second.script('auth logout')).toMatchObject({ exit: 0, stdout: 'Nothing was stored.\n' });
  expect((await script('auth token', aloud)).stdout.trim()).toBe(token);
  expect(await authorization.validate(token, server.mcpUrl)).toBeDefined();
});
