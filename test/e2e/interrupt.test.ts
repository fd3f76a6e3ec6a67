// Ctrl-C and the time limit while a person is awaited leave nothing behind. Needs dist (npm run build).
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import { KEY, leftovers, processesOf, storedRecord } from '../support/expired.ts';
import { hold } from '../support/faults.ts';
import { newHome } from '../support/home.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { type Running, spawnCli } from '../support/process.ts';
import { ptyCli } from '../support/terminal.ts';

const thenStty = fileURLToPath(new URL('../support/then-stty.mjs', import.meta.url));
/** A browser that opens, and in which nobody does anything. */
const IDLE = 'true %s';
const env = { MCP_CLI_ENCRYPTION_KEY: KEY, BROWSER: IDLE };

let authorization: AuthorizationServer;
let server: McpServerHandle;
let config: string;
beforeEach(async () => {
  authorization = await authorizationServer();
  server = await modernServer({ authorizationServers: [authorization] });
  config = notes({ url: server.mcpUrl });
});
afterEach(async () => {
  await server.close();
  await authorization.close();
});

const list = (...flags: string[]) => [
  '--config-file',
  config,
  '--server',
  'notes',
  'tools',
  'list',
  ...flags,
];

/** The port of the callback, out of the URL that is shown. */
function callbackPort(shown: string): number {
  const url = /https?:\/\/\S*redirect_uri=\S*/.exec(shown)?.[0] ?? '';
  return Number(new URL(new URL(url).searchParams.get('redirect_uri') ?? '').port);
}

/** Throws if something listens there. */
async function bind(port: number): Promise<void> {
  const probe = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  await once(probe, 'listening');
  await new Promise((resolve) => probe.close(resolve));
}

async function expectNothingLeft(home: string, port: number): Promise<void> {
  await bind(port);
  expect(leftovers(home)).toEqual([]);
  expect(processesOf(home)).toEqual([]);
  expect(await storedRecord(home)).toBeUndefined();
}

describe('while the browser is awaited', () => {
  async function waiting(...flags: string[]): Promise<Running & { port: number }> {
    const running = spawnCli(list(...flags), { env });
    let shown = '';
    running.child.stderr?.on('data', (text: string) => {
      shown += text;
    });
    await running.seen(/Waiting for authorization/);
    const port = callbackPort(shown);
    // It is taken now: the later look at it can fail.
    await expect(bind(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(leftovers(running.home)).toHaveLength(1);
    return { ...running, port };
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async (signal) => {
    const { child, done, home, port } = await waiting();
    child.kill(signal);
    const { exit, stdout, stderr } = await done;
    expect({ exit, stdout }).toEqual({ exit: 130, stdout: '' });
    expect(stderr).toMatch(/\nerror: cancelled\n$/);
    await expectNothingLeft(home, port);
  });

  test('the time limit', async () => {
    const { done, home, port } = await waiting('--login-timeout', '1s');
    const { exit, stdout, stderr } = await done;
    expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' });
    expect(stderr).toMatch(/\nerror: nobody finished the sign-in in time\nhint: /);
    await expectNothingLeft(home, port);
  });

  test('Ctrl-C of one that waits for another process leaves that one alone', async () => {
    const first = await waiting();
    const second = spawnCli(list(), { home: first.home, env });
    await second.seen(/Another mcp-cli is signing in to notes/);
    second.child.kill('SIGINT');
    expect((await second.done).exit).toBe(130);
    await expect(bind(first.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    first.child.kill('SIGINT');
    await first.done;
    await expectNothingLeft(first.home, first.port);
  });

  test('one that was killed is followed by the one that waits for it', async () => {
    const first = await waiting();
    const browser = browserProgram();
    const next = spawnCli(list('--json'), { home: first.home, env: { ...env, BROWSER: browser.command } });
    await next.seen(/Another mcp-cli is signing in to notes/);
    first.child.kill('SIGKILL');
    await first.done;
    expect(await next.done).toMatchObject({ exit: 0, stdout: expect.stringContaining('"echo"') });
    expect(browser.opened()).toHaveLength(1);
    expect(leftovers(first.home)).toEqual([]);
  });
});

test('while a server does not answer', async () => {
  const held = hold(/oauth-authorization-server/);
  authorization.intercept = held.intercept;
  const { child, done, home } = spawnCli(list(), { env });
  await held.arrived;
  child.kill('SIGINT');
  expect(await done).toMatchObject({
    exit: 130,
    stdout: '',
    stderr: expect.stringMatching(/error: cancelled\n$/),
  });
  expect(leftovers(home)).toEqual([]);
});

describe('at a terminal', () => {
  const usual = /(?<!-)\bicanon\b[\s\S]*(?<!-)\becho\b/;

  test('Ctrl-C takes the countdown away', async () => {
    const terminal = ptyCli(list(), { program: thenStty, env });
    await terminal.seen(/Waiting for authorization: 4:5\d left, Ctrl-C cancels/);
    const port = callbackPort(terminal.shown());
    terminal.type('\x03');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(130);
    const [told = '', stty] = shown.split(/error: cancelled\r\n/);
    // The terminal itself shows ^C; then the line is empty again.
    expect(told.endsWith('\r\u001b[2K')).toBe(true);
    expect(stty).toMatch(usual);
    await expectNothingLeft(terminal.home, port);
  });

  test('Ctrl-C at the question for a password gives the terminal back', async () => {
    const home = newHome();
    const browser = browserProgram();
    const terminal = ptyCli(list(), { program: thenStty, home, env: { BROWSER: browser.command } });
    await terminal.seen(/Choose a password for the token store/);
    terminal.type('not finish');
    terminal.type('\x03');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(130);
    expect(shown).toMatch(/error: cancelled\r\n/);
    expect(shown).not.toContain('not finish');
    expect(shown).toMatch(usual);
    expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(shown.lastIndexOf('\u001b[?25l'));
    expect(leftovers(home)).toEqual([]);
    expect(processesOf(home)).toEqual([]);
  });
});
