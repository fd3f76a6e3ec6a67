// Many processes, one credential: what is spent once, and what nobody loses. Needs dist (npm run build).
import { afterEach, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import type { CliResult } from '../support/cli.ts';
import { expiredHome, KEY, leftovers, storedRecord } from '../support/expired.ts';
import { hold } from '../support/faults.ts';
import { configFile, newHome } from '../support/home.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes, toolNames } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';

const MANY = 20;
const env = { MCP_CLI_ENCRYPTION_KEY: KEY };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function keep<T extends { close(): Promise<void> }>(thing: T): T {
  closing.push(() => thing.close());
  return thing;
}

async function protectedServer(): Promise<[AuthorizationServer, McpServerHandle]> {
  const authorization = keep(await authorizationServer());
  return [authorization, keep(await modernServer({ authorizationServers: [authorization] }))];
}

function listAll(config: string, home: string, more: Record<string, string>): Promise<CliResult[]> {
  const argv = ['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'];
  const started = Array.from({ length: MANY }, () => spawnCli(argv, { home, env: { ...env, ...more } }));
  return Promise.all(started.map(({ done }) => done));
}

const exits = (results: CliResult[]) => results.map(({ exit, stderr }) => (exit === 0 ? 0 : stderr));

test.each([
  ['expired', { looksFresh: false }],
  ['refused', { looksFresh: true }],
])('twenty on a token that is %s: one refresh, and all succeed', { timeout: 400_000 }, async (_, age) => {
  const [authorization, server] = await protectedServer();
  const config = notes({ url: server.mcpUrl });
  const home = await expiredHome(authorization, config, age);
  const before = await storedRecord(home);
  const [requests, registrations] = [authorization.log.length, authorization.count('/reg')];
  const results = await listAll(config, home, { CI: 'true' });
  expect(exits(results)).toEqual(Array(MANY).fill(0));
  for (const result of results) expect(toolNames(result)).toContain('echo');
  // The token request and nothing else: no discovery, no registration.
  expect(authorization.log.slice(requests).map(({ path }) => path)).toEqual([authorization.paths.token]);
  expect(authorization.count('/reg')).toBe(registrations);
  const after = await storedRecord(home);
  expect(after?.tokens?.refreshToken).not.toBe(before?.tokens?.refreshToken);
  expect(leftovers(home)).toEqual([]);

  // The server would have revoked everything if one refresh token had been sent twice.
  authorization.forgetAccessTokens();
  const next = await spawnCli(['--config-file', config, 'auth', 'refresh', 'notes'], { home, env }).done;
  expect(next).toMatchObject({ exit: 0 });
});

test('twenty without a token: one browser, and all succeed', { timeout: 400_000 }, async () => {
  const [authorization, server] = await protectedServer();
  const browser = browserProgram();
  const config = notes({ url: server.mcpUrl });
  const home = newHome();
  const results = await listAll(config, home, { BROWSER: browser.command });
  expect(exits(results)).toEqual(Array(MANY).fill(0));
  expect(browser.opened()).toHaveLength(1);
  expect(authorization.count(authorization.paths.token)).toBe(1);
  expect(authorization.count(authorization.paths.registration)).toBe(1);
  // Those that wait say what for.
  const waiting = results.filter(({ stderr }) => stderr.includes('Another mcp-cli is signing in to notes'));
  expect(waiting.length).toBeGreaterThan(0);
  expect(leftovers(home)).toEqual([]);
});

test('twenty on a dead grant, and nobody there: all say so, and the registration is kept', {
  timeout: 400_000,
}, async () => {
  const [authorization, server] = await protectedServer();
  const config = notes({ url: server.mcpUrl });
  const home = await expiredHome(authorization, config);
  const before = await storedRecord(home);
  authorization.forgetRefreshTokens();
  const requests = authorization.count(authorization.paths.token);
  const results = await listAll(config, home, { CI: 'true' });
  expect(results.map(({ exit }) => exit)).toEqual(Array(MANY).fill(4));
  for (const { stderr, stdout } of results) {
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'login_required', server: 'notes', hint: expect.stringContaining('auth login notes') },
    });
  }
  expect(authorization.count(authorization.paths.token) - requests).toBe(1);
  const { tokens: _, ...registration } = before ?? {};
  expect(await storedRecord(home)).toEqual(registration);
  expect(leftovers(home)).toEqual([]);
});

test('servers do not wait for each other: one hangs, the other one is refreshed', async () => {
  const [slow, slowServer] = await protectedServer();
  const [quick, quickServer] = await protectedServer();
  const config = configFile({
    mcpServers: { notes: { url: slowServer.mcpUrl }, mail: { url: quickServer.mcpUrl } },
  });
  const home = await expiredHome(slow, config);
  const browser = browserProgram();
  const login = ['--config-file', config, 'auth', 'login', 'mail'];
  const signIn = await spawnCli(login, { home, env: { ...env, BROWSER: browser.command } }).done;
  expect(signIn).toMatchObject({ exit: 0 });
  quick.forgetAccessTokens();

  const held = hold(slow.paths.token);
  slow.intercept = held.intercept;
  const list = ['--config-file', config, 'tools', 'list', '--json', '--server'];
  const waiting = spawnCli([...list, 'notes'], { home, env });
  await held.arrived;
  // Refused with 401, refreshed and saved, all while the other one holds its lock.
  expect(await spawnCli([...list, 'mail'], { home, env }).done).toMatchObject({ exit: 0 });
  expect(quick.count(quick.paths.token)).toBe(2);
  expect(waiting.child.exitCode).toBe(null);
  held.release();
  expect(await waiting.done).toMatchObject({ exit: 0 });
  expect(slow.count(slow.paths.token)).toBe(2);
});
