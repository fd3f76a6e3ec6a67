// The second run: what it asks of the network, and what of that is for the token.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { storedRecord } from '../support/expired.ts';
import { refuse } from '../support/faults.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, keep, type Scene, scene } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const LIST = 'tools list --json';

const said = ({ method, path, json }: Hit) =>
  method === 'POST' ? ((json as { method?: string })?.method ?? 'POST') : `${method} ${path}`;

type Open = (options: McpOptions) => Promise<McpServerHandle>;
const legacy: Open = (options) => modernServer(options);
const modernOnly: Open = (options) => modernServer({ ...options, modernOnly: true });

describe('requests on the wire, warm', () => {
  test.each<[string, Open, object, string[]]>([
    ['2026-07-28', modernServer, {}, ['tools/list']],
    ['2026-07-28 only', modernOnly, {}, ['tools/list']],
    ['a pinned revision', modernServer, { protocol: 'modern' }, ['tools/list']],
    [
      '2025 with sessions, found out',
      sessionServer,
      {},
      ['initialize', 'notifications/initialized', 'tools/list', 'DELETE /mcp'],
    ],
    [
      '2025 without sessions',
      legacy,
      { protocol: 'legacy' },
      ['initialize', 'notifications/initialized', 'tools/list'],
    ],
    [
      '2025 with sessions',
      sessionServer,
      { protocol: 'legacy' },
      ['initialize', 'notifications/initialized', 'tools/list', 'DELETE /mcp'],
    ],
    [
      'HTTP+SSE',
      sseServer,
      { protocol: 'legacy' },
      ['GET /sse', 'initialize', 'notifications/initialized', 'tools/list'],
    ],
  ])('%s', async (_, open, entry, expected) => {
    const authorization = keep(await authorizationServer());
    const server = keep(await open({ authorizationServers: [authorization] }));
    const { person, script } = desk(configFile({ mcpServers: { notes: { url: server.mcpUrl, ...entry } } }));
    expect((await person(LIST)).exit).toBe(0);
    const [atServer, atAuthorization] = [server.log.length, authorization.log.length];
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect(server.log.slice(atServer).map(said)).toEqual(expected);
    // No discovery, no metadata, no token request.
    expect(authorization.log).toHaveLength(atAuthorization);
    const carried = server.log.slice(atServer).map(({ headers }) => headers.authorization);
    expect(new Set(carried).size).toBe(1);
    expect(carried[0]).toMatch(/^Bearer ./);
  });
});

/** Signs in, and gives what was asked of the authorization server since. */
async function signedIn(lifetime: number): Promise<Scene & { asked(): string[] }> {
  const made = await scene();
  made.authorization.behaviour.accessTokenTtl = lifetime;
  expect((await made.person(LIST)).exit).toBe(0);
  const before = made.authorization.log.length;
  return { ...made, asked: () => made.authorization.log.slice(before).map(({ path }) => path) };
}

describe('an access token that is over', () => {
  test('costs one token request and nothing else', async () => {
    const { authorization, server, home, script, asked } = await signedIn(3600);
    const before = await storedRecord(home);
    const at = server.log.length;
    const result = await script(LIST, { clock: 4_000_000 });
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(asked()).toEqual([authorization.paths.token]);
    expect(server.log.slice(at).map(said)).toEqual(['tools/list']);
    // The rotated refresh token is what is kept, and it works.
    const after = await storedRecord(home);
    expect(after?.tokens?.refreshToken).not.toBe(before?.tokens?.refreshToken);
    expect((await script(LIST, { clock: 8_000_000 })).exit).toBe(0);
    expect(asked()).toHaveLength(2);
  });

  test.each([
    ['an hour', 3600, 300],
    ['ten minutes', 600, 60],
    ['a minute', 60, 6],
  ])('of %s is refreshed before its end', async (_, lifetime, margin) => {
    const { script, asked } = await signedIn(lifetime);
    // The rest of a second is the time that the test itself takes.
    const due = (lifetime - margin) * 1000;
    expect((await script(LIST, { clock: due - 3_000 })).exit).toBe(0);
    expect(asked()).toEqual([]);
    expect((await script(LIST, { clock: due + 10 })).exit).toBe(0);
    expect(asked()).toHaveLength(1);
  });

  test('and that cannot be refreshed yet is used while it lives', async () => {
    const { authorization, script, asked } = await signedIn(3600);
    authorization.intercept = refuse(authorization.paths.token, 'temporarily_unavailable', 503);
    expect((await script(LIST, { clock: 3_400_000 })).exit).toBe(0);
    expect(asked()).toEqual([authorization.paths.token]);
    expect((await script(LIST, { clock: 3_700_000 })).exit).toBe(5);
  });
});

describe('a token that the server refuses although it looks fresh', () => {
  test('is refreshed once, and the call completes', async () => {
    const { authorization, server, script, asked } = await signedIn(3600);
    authorization.forgetAccessTokens();
    const at = server.log.length;
    const result = await script(['tools', 'call', 'echo', 'text=still here']);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout).toContain('still here');
    expect(asked()).toEqual([authorization.paths.token]);
    expect(server.log.slice(at).filter(({ path }) => path !== '/mcp')).toEqual([]);
  });

  test('in the middle of a session as well', async () => {
    const { authorization, server, script, asked } = await signedIn(3600);
    server.intercept = ({ json }) => {
      if ((json as { method?: string })?.method === 'tools/list') {
        server.intercept = undefined;
        authorization.forgetAccessTokens();
      }
      return false;
    };
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect(asked()).toEqual([authorization.paths.token]);
  });
});
