// The main job against every kind of server, in either revision, and what is said about the wrong one.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { chukServer } from '../support/chuk-server.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { earlyServer } from '../support/early-server.ts';
import { storedRecord } from '../support/expired.ts';
import { featureServer } from '../support/feature-server.ts';
import { configFile } from '../support/home.ts';
import type { Hit } from '../support/loopback.ts';
import type { McpOptions, McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { atTerminal, notes, toolNames, unattended } from '../support/person.ts';
import { desk, errorOf, keep } from '../support/scene.ts';
import { sessionServer } from '../support/session-server.ts';
import { sseServer } from '../support/sse-server.ts';

const TOOLS = ['echo', 'add', 'slow', 'fail', 'admin'];
const LIST = 'tools list --json';
const stdio = {
  command: process.execPath,
  args: [new URL('../support/stdio-server.mjs', import.meta.url).pathname],
};

type Open = (options: McpOptions) => Promise<McpServerHandle>;
const modernOnly: Open = (options) => modernServer({ ...options, modernOnly: true });
/** HTTP+SSE behind a path that does not say so: found by the 405 of the newer transport. */
const sseAtMcp: Open = (options) => sseServer({ ...options, path: '/mcp' });

const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';

describe('--protocol', () => {
  test.each<[string, string, string | undefined, Open]>([
    ['the current SDK', 'auto', MODERN, modernServer],
    ['the current SDK', 'modern', MODERN, modernServer],
    ['the current SDK', 'legacy', LEGACY, modernServer],
    ['2026-07-28 only', 'auto', MODERN, modernOnly],
    ['2026-07-28 only', 'modern', MODERN, modernOnly],
    ['2026-07-28 only', 'legacy', undefined, modernOnly],
    ['SDK 1.x', 'auto', LEGACY, sessionServer],
    ['SDK 1.x', 'legacy', LEGACY, sessionServer],
    ['SDK 1.x', 'modern', undefined, sessionServer],
    ['HTTP+SSE', 'auto', LEGACY, sseServer],
    ['HTTP+SSE', 'legacy', LEGACY, sseServer],
    ['HTTP+SSE', 'modern', undefined, sseServer],
    ['HTTP+SSE at /mcp', 'auto', LEGACY, sseAtMcp],
    ['HTTP+SSE at /mcp', 'legacy', LEGACY, sseAtMcp],
    ['HTTP+SSE at /mcp', 'modern', undefined, sseAtMcp],
  ])('%s with %s: %s', async (_, protocol, revision, open) => {
    const authorization = keep(await authorizationServer());
    const server = keep(await open({ authorizationServers: [authorization] }));
    const { person, script } = desk(notes({ url: server.mcpUrl }));
    const result = await person(`${LIST} --protocol ${protocol}`, { browser: walkingBrowser() });
    if (revision === undefined) return wrongRevision(result);
    expect(result).toMatchObject({ exit: 0 });
    expect(toolNames(result)).toEqual(TOOLS);
    const ping = await script(`ping --json --protocol ${protocol}`);
    expect(JSON.parse(ping.stdout)).toMatchObject({ protocol: revision });
  });

  test.each(['auto', 'legacy', 'modern'])('a stdio server with %s', async (protocol) => {
    const { script } = desk(notes(stdio));
    const result = await script(`${LIST} --protocol ${protocol}`);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(toolNames(result)).toEqual([...TOOLS, 'environment']);
  });

  function wrongRevision(result: CliResult): void {
    expect(result.exit).toBe(7);
    expect(result.stdout).toBe('');
    const told = result.stderr.split('\n').find((line) => line.includes('{"error"')) ?? '';
    const { error } = JSON.parse(told.slice(told.indexOf('{"error"')));
    expect(error).toMatchObject({ code: 'negotiation_failed', server: 'notes' });
    expect(error.hint).toMatch(/--protocol/);
  }

  test.each([undefined, 'auto', 'legacy', 'modern'])(
    'a server without authorization: %s',
    async (protocol) => {
      const server = keep(await modernServer());
      const { script } = desk(notes({ url: server.mcpUrl, ...(protocol && { protocol }) }));
      const result = await script(LIST);
      expect(result).toMatchObject({ exit: 0, stderr: '' });
      expect(toolNames(result)).toEqual(TOOLS);
      expect(server.log.every(({ headers }) => headers.authorization === undefined)).toBe(true);
      expect(server.log.filter(({ path }) => path !== '/mcp')).toEqual([]);
    },
  );
});

describe('the flags of the program', () => {
  const flags = (config: string) => [
    ['--config-file', config],
    ['--server', 'notes'],
    ['--protocol', 'legacy'],
    ['--json'],
  ];
  test.each([
    ['before the command', 4],
    ['on both sides of it', 2],
    ['after it', 0],
  ])('%s', async (_, before) => {
    const server = keep(await modernServer());
    const all = flags(
      configFile({ mcpServers: { other: { url: 'http://127.0.0.1:9' }, notes: { url: server.mcpUrl } } }),
    );
    const argv = [...all.slice(0, before).flat(), 'tools', 'list', ...all.slice(before).flat()];
    const result = await runCli(argv, unattended());
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(toolNames(result)).toEqual(TOOLS);
    expect(server.calls('initialize')).toBe(1);
  });

  test('--json gives the tools as the server sent them', async () => {
    const server = keep(await modernServer());
    const { script } = desk(notes({ url: server.mcpUrl }));
    const { tools } = JSON.parse((await script(LIST)).stdout);
    expect(tools[1]).toMatchObject({
      name: 'add',
      title: 'Add',
      inputSchema: { type: 'object', required: ['a', 'b'] },
      outputSchema: { properties: { sum: { type: 'number' } } },
      annotations: { readOnlyHint: true, idempotentHint: true },
    });
  });

  test('a URL needs no configuration', async () => {
    const authorization = keep(await authorizationServer());
    const server = keep(await modernServer({ authorizationServers: [authorization] }));
    const argv = ['--server', server.mcpUrl, 'tools', 'list', '--json'];
    const first = await runCli(argv, atTerminal());
    expect(first).toMatchObject({ exit: 0 });
    expect(await runCli(argv, unattended({ home: first.home }))).toMatchObject({ exit: 0, stderr: '' });
  });
});

test('a 2025-03-26 server without metadata: default endpoints, no resource, and a refresh', async () => {
  const server = keep(await earlyServer());
  const { home, person, script } = desk(notes({ url: server.mcpUrl }));
  expect((await person(LIST)).exit).toBe(0);
  const sent = server.log.filter(({ path }) => path === '/authorize' || path === '/token');
  expect(sent.map(({ params }) => params.resource)).toEqual([undefined, undefined]);
  expect(sent[0]?.params.code_challenge_method).toBe('S256');
  expect((await storedRecord(home))?.resource).toBeUndefined();
  server.log.splice(0);
  expect(await script(LIST, { clock: 3_600_000 })).toMatchObject({ exit: 0, stderr: '' });
  expect(server.count('/token')).toBe(1);
  expect(server.log.filter(({ path }) => path !== '/token' && path !== '/mcp')).toEqual([]);
});

describe('the MCP feature reference server', () => {
  test.each(['external', 'internal'] as const)(
    '%s: signs in, and comes back without a browser',
    async (mode) => {
      const server = keep(await featureServer(mode));
      const { home, person, script } = desk(notes({ url: server.mcpUrl }));
      const first = await person(LIST);
      expect(first).toMatchObject({ exit: 0 });
      expect(toolNames(first)).toEqual(TOOLS);
      // With the slash that its own document has.
      expect((await storedRecord(home))?.issuer).toBe(`${server.authorization.url}/`);
      if (mode === 'external')
        expect(first.stderr).toContain(`leaves sign-in to ${server.authorization.url}`);
      const tokens = server.authorization.count('/token');
      expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
      expect(server.authorization.count('/token')).toBe(tokens);
      expect(await script(LIST, { clock: 3_600_000 })).toMatchObject({ exit: 0, stderr: '' });
      expect(server.authorization.count('/token')).toBe(tokens + 1);
    },
  );

  test('a secret that was not asked for is posted', async () => {
    const server = keep(await featureServer());
    server.quirks.secretAnyway = true;
    const { person, script } = desk(notes({ url: server.mcpUrl }));
    expect((await person(LIST)).exit).toBe(0);
    expect((await script(LIST, { clock: 3_600_000 })).exit).toBe(0);
    const posts = server.authorization.log.filter(({ path }) => path === '/token');
    expect(posts).toHaveLength(2);
    for (const { params, headers } of posts) {
      expect(params.client_secret).toMatch(/./);
      expect(headers.authorization).toBeUndefined();
    }
  });

  test('an ended grant, said with 500 server_error, ends in a sign-in and not in a loop', async () => {
    const server = keep(await featureServer());
    const { person, script } = desk(notes({ url: server.mcpUrl }));
    expect((await person(LIST)).exit).toBe(0);
    server.ledger.forgetRefreshTokens();
    const tokens = server.authorization.count('/token');
    const later = { clock: 3_600_000 };
    const result = await script(LIST, later);
    expect(result.exit).toBe(4);
    expect(errorOf(result).code).toBe('login_required');
    expect(server.authorization.count('/token')).toBe(tokens + 1);
    const browser = walkingBrowser();
    expect((await person(LIST, { ...later, browser })).exit).toBe(0);
    expect(browser.opened).toHaveLength(1);
  });
});

describe('a server of ChukMCPServer, which never answers 401', () => {
  const ECHO = ['tools', 'call', 'echo', 'text=let me in'];
  const calls = (log: Hit[]) => log.filter(({ text }) => text.includes('"tools/call"')).length;

  test('with an oauth block: signs in before it connects', { timeout: 90_000 }, async () => {
    const server = keep(await chukServer());
    const { person, script } = desk(notes({ url: server.mcpUrl, oauth: {} }));
    const first = await person(ECHO);
    expect(first).toMatchObject({ exit: 0, stdout: expect.stringContaining('let me in') });
    expect(calls(server.log)).toBe(1);
    const token = server.log.find(({ path }) => path === '/oauth/token');
    // Basic is advertised and ignored: what identifies the client is in the body.
    expect(token?.params.client_id).toMatch(/./);
    expect(await script(ECHO)).toMatchObject({ exit: 0, stderr: '' });
    expect(server.count('/oauth/token')).toBe(1);
  });

  test('without one: its refusal in a 200 starts one sign-in, and the call completes', async () => {
    const server = keep(await chukServer());
    const { person, script } = desk(notes({ url: server.mcpUrl }));
    expect(await script(LIST)).toMatchObject({ exit: 0, stderr: '' });
    expect((await script(ECHO)).exit).toBe(4);
    const browser = walkingBrowser();
    const result = await person(ECHO, { browser });
    expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining('let me in') });
    expect(browser.opened).toHaveLength(1);
  });

  test('a token that ended before its time costs one refresh', async () => {
    const server = keep(await chukServer());
    server.quirks.refreshTokens = true;
    const { person, script } = desk(notes({ url: server.mcpUrl, oauth: {} }));
    expect((await person(ECHO)).exit).toBe(0);
    server.ledger.forgetAccessTokens();
    const before = calls(server.log);
    expect(await script(ECHO)).toMatchObject({ exit: 0, stderr: '' });
    expect(server.count('/oauth/token')).toBe(2);
    expect(calls(server.log)).toBe(before + 2);
  });

  test('and that cannot be refreshed: exit 4, or one sign-in', async () => {
    const server = keep(await chukServer());
    const { person, script } = desk(notes({ url: server.mcpUrl, oauth: {} }));
    expect((await person(ECHO)).exit).toBe(0);
    server.ledger.forgetAccessTokens();
    const result = await script([...ECHO, '--json']);
    expect(result.exit).toBe(4);
    expect(errorOf(result)).toMatchObject({ code: 'login_required', server: 'notes' });
    const browser = walkingBrowser();
    expect((await person(ECHO, { browser })).exit).toBe(0);
    expect(browser.opened).toHaveLength(1);
  });

  test('a person who refuses where nobody hears of it: the wait ends', async () => {
    const server = keep(await chukServer());
    server.quirks.decision = 'silent';
    const { person } = desk(notes({ url: server.mcpUrl, oauth: {} }));
    const result = await person([...ECHO, '--login-timeout', '300ms']);
    expect(result.exit).toBe(4);
    expect(result.stderr).toContain('nobody finished the sign-in in time');
  });
});
