// Where nobody is there, nothing waits for a person: each command ends within a second, and says in JSON whose sign-in it
// needs and what to do. Standard input is an empty pipe, no terminal is near, and no browser may open.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { form } from '../support/asking.ts';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { leaves } from '../support/leaves.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { addQuestions } from '../support/questions.mjs';
import { errorOf } from '../support/scene.ts';
import { KEY } from '../support/store.ts';

/** Milliseconds. */
const AT_ONCE = 1000;

let authorization: AuthorizationServer;
let server: McpServerHandle;
let open: McpServerHandle;
let config: string;
const home = newHome();
const env = { MCP_CLI_ENCRYPTION_KEY: KEY };

const words = (line: string | string[]) => (typeof line === 'string' ? line.split(' ') : line);

/** As a service would: not even CI is set. */
async function alone(
  line: string | string[],
  options: Parameters<typeof runCli>[1] = {},
): Promise<CliResult> {
  const start = performance.now();
  const result = await runCli(['--config-file', config, ...words(line), '--json'], { home, env, ...options });
  expect(performance.now() - start).toBeLessThan(AT_ONCE);
  return result;
}

beforeAll(async () => {
  authorization = await authorizationServer({ device: true });
  server = await modernServer({ authorizationServers: [authorization] });
  open = await modernServer({ modernOnly: true, register: (it) => addQuestions(it) });
  config = configFile({ mcpServers: { notes: { url: server.mcpUrl }, open: { url: open.mcpUrl } } });
  // What is loaded on first use is loaded; and there is something that could be deleted.
  const run = (line: string, stdin = '') =>
    runCli(['--config-file', config, ...words(line)], { home, env, stdin });
  expect((await run('token set weather', 'a-key-of-the-weather')).exit).toBe(0);
  expect((await run('ping notes')).exit).toBe(4);
  await run('auth doctor notes');
});

afterAll(async () => {
  await Promise.all([authorization.close(), server.close(), open.close()]);
});

const SIGN_IN = [
  'auth login notes',
  'auth login notes --force',
  'auth login notes --scope mcp:admin',
  'auth login notes --device',
  'auth login notes --no-browser',
  'auth login notes --login-timeout 5m --timeout 5m',
  'auth refresh notes',
  'auth token notes',
  'auth header notes',
  'auth exec notes node',
  'auth whoami notes',
  'tools list notes',
  '--server notes tools describe echo',
  '--server notes tools call echo text=x',
  '--server notes tools call echo --elicitation ask',
  'resources list notes',
  'resources templates notes',
  '--server notes resources read notes://a',
  '--server notes resources watch notes://a',
  'prompts list notes',
  '--server notes prompts get review',
  '--server notes prompts get review --complete style=s',
  'skills list notes',
  '--server notes skills read a',
  'ping notes',
  '--server notes cmd --tool echo --tool-args {}',
  'servers ping notes',
];

test.each(SIGN_IN)('`%s` is exit 4 that names the server and what to type', async (line) => {
  const result = await alone(line);
  expect(result.exit).toBe(4);
  const { code, server: whose, hint } = errorOf(result);
  expect([code, whose]).toEqual([
    line.includes('--scope') ? 'insufficient_scope' : 'login_required',
    'notes',
  ]);
  expect(hint).toContain('mcp-cli auth login notes');
});

test('of several servers, each failure says whose it is', async () => {
  const result = await alone('tools list notes open');
  expect(result.exit).toBe(4);
  const { servers } = JSON.parse(result.stdout);
  expect(servers.notes.error).toMatchObject({ code: 'login_required', server: 'notes' });
  expect(servers.open.tools.map(({ name }: { name: string }) => name)).toContain('ask');
});

test('`auth status` tells the state as well', async () => {
  const result = await alone('auth status notes');
  expect(result).toMatchObject({ exit: 4, stdout: '{"server":"notes","state":"signed_out"}\n' });
  expect(JSON.parse(result.stderr).error).toMatchObject({
    code: 'login_required',
    server: 'notes',
    hint: expect.stringContaining('mcp-cli auth login notes'),
  });
});

type Row = [line: string, exit: number, code: string, hint: string];

const OTHERWISE: Row[] = [
  ['--server notes', 2, 'no_terminal', 'tools list'],
  ['servers remove notes', 2, 'confirmation_needed', '--yes'],
  ['token clear', 2, 'confirmation_needed', '--yes'],
  ['token set another', 2, 'no_value', 'pipe'],
];

test.each(OTHERWISE)('`%s` is exit %i, %s', async (line, exit, code, hint) => {
  const result = await alone(line);
  expect(result.exit).toBe(exit);
  expect(errorOf(result)).toMatchObject({ code, hint: expect.stringContaining(hint) });
});

describe('a store whose password nobody gave', () => {
  const locked = { env: { MCP_CLI_TOKEN_BACKEND: 'encrypted' } };
  test.each(['token get weather', 'token list', 'token set x', 'auth login notes', 'tools list notes'])(
    '`%s` asks nobody for it',
    async (line) => {
      const result = await alone(line, { ...locked, stdin: 'a-value-of-a-token' });
      const { code, hint } = errorOf(result);
      const signIn = line.endsWith('notes');
      expect([result.exit, code]).toEqual(signIn ? [4, 'login_required'] : [6, 'no_password']);
      expect(hint).toContain(signIn ? 'mcp-cli auth login notes' : 'MCP_CLI_ENCRYPTION_KEY');
    },
  );
});

test('a configuration file of the current folder is not asked about, and starts nothing', async () => {
  const cwd = newHome();
  writeFileSync(
    join(cwd, 'server_config.json'),
    JSON.stringify({ mcpServers: { x: { command: 'touch', args: ['y'] } } }),
  );
  const start = performance.now();
  const result = await runCli(['tools', 'list', '--json'], { home, env, cwd });
  expect(performance.now() - start).toBeLessThan(AT_ONCE);
  expect(result.exit).toBe(3);
  expect(errorOf(result)).toMatchObject({
    code: 'untrusted',
    hint: expect.stringContaining('--config-file'),
  });
});

test.each([[], ['--elicitation', 'ask']])(
  'a question of a server is answered with none: %j',
  async (...flags) => {
    const questions = [form({ color: { type: 'string' } })];
    const call = ['--server', 'open', 'tools', 'call', 'ask', '--args', JSON.stringify({ questions })];
    const result = await alone([...call, ...flags]);
    expect(result.exit).toBe(0);
    expect(result.stdout).toContain('cancel');
  },
);

/** What needs no person at all, or stays because that is what it is for. */
const NOBODY_NEEDED = [
  'auth list',
  'auth client-metadata --url https://example.com/me.json',
  'auth logout notes',
  'auth reset notes',
  'auth import --dry-run',
  'auth doctor notes',
  'auth snippet curl notes',
  'completion bash',
  'doctor',
  'servers list',
  'servers get notes',
  'servers import',
  'servers import --from cursor',
  'servers add another https://another.test/mcp',
  'schema auth status',
  'token list',
  'token get weather',
  'token delete nothing',
  'token get-provider openai',
  'token delete-provider openai',
  'token keygen',
  'token backends',
  'token migrate --to encrypted --dry-run',
];

test.each(NOBODY_NEEDED)('`%s` ends by itself', async (line) => {
  const result = await alone(line, { showsSecrets: line === 'token keygen' });
  expect(`${result.stdout}${result.stderr}`).not.toContain('login_required');
});

test('no command is forgotten here', async () => {
  const tried = ['auth status', ...SIGN_IN, ...OTHERWISE.map(([line]) => line), ...NOBODY_NEEDED].map(
    (line) => line.replace(/^--server \S+ ?/, ''),
  );
  const untried = (await leaves())
    .map((path) => path.join(' '))
    .filter((path) => !tried.some((line) => line === path || line.startsWith(`${path} `)));
  // They serve, tell a story, or do what `token set` does.
  expect(untried.sort()).toEqual(['demo', 'help', 'proxy', 'sandbox', 'token set-provider']);
});
