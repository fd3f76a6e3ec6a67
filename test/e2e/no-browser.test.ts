// A browser that cannot be opened: the person is told, and may open the URL by hand. Needs dist (npm run build).
import { realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { refusingBrowser } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { KEY } from '../support/expired.ts';
import { newHome } from '../support/home.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { ptyCli } from '../support/terminal.ts';
import { walk } from '../support/walk.mjs';

const WARNING = /warning: notes: the browser could not be opened; open the URL above by hand\r?\n/;

let authorization: AuthorizationServer;
let server: McpServerHandle;
let line: string[];
beforeEach(async () => {
  authorization = await authorizationServer();
  server = await modernServer({ authorizationServers: [authorization] });
  line = ['--config-file', notes({ url: server.mcpUrl }), 'auth', 'login', 'notes'];
});
afterEach(async () => {
  await server.close();
  await authorization.close();
});

const urlIn = (shown: string) => /^https?:\S*redirect_uri=\S*/m.exec(shown)?.[0] ?? '';

describe('as a process', () => {
  test.each([
    ['is not there', 'nowhere/browser'],
    ['is no program', '.'],
  ])('BROWSER %s: a warning, and the URL opened by hand signs in', async (_, path) => {
    const home = newHome();
    const env = { MCP_CLI_ENCRYPTION_KEY: KEY, BROWSER: `"${join(home, path)}"` };
    const running = spawnCli(line, { home, env });
    let stderr = '';
    running.child.stderr?.on('data', (text: string) => (stderr += text));
    await running.seen(WARNING);
    expect((await walk(urlIn(stderr))).status).toBe(200);
    const result = await running.done;
    expect(result).toMatchObject({ exit: 0, stdout: expect.stringContaining('notes: signed in') });
    expect(result.stderr.match(/warning:/g)).toHaveLength(1);
  });
});

test.skipIf(process.platform !== 'linux')(
  'at a terminal of a machine without any browser: the same',
  async () => {
    // What the script xdg-open itself needs; neither a desktop nor a browser.
    const PATH = newHome();
    for (const tool of ['awk', 'cut', 'grep', 'sed', 'uname'])
      symlinkSync(realpathSync(`/usr/bin/${tool}`), join(PATH, tool));
    const terminal = ptyCli(line, { env: { MCP_CLI_ENCRYPTION_KEY: KEY, PATH } });
    await terminal.seen(WARNING);
    await terminal.seen(/Waiting for authorization: .* left/);
    expect((await walk(urlIn(terminal.shown()))).status).toBe(200);
    expect(await terminal.done).toMatchObject({ exit: 0 });
    expect(terminal.shown().match(/warning:/g)).toHaveLength(1);
  },
);

test('--quiet leaves the URL and the warning; --no-browser warns of nothing', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const go = async (flag: string) => {
    const done = runCli([...line, flag, '--login-timeout', '1s'], {
      browser: refusingBrowser(),
      terminal: { stderr: true },
      env: { MCP_CLI_ENCRYPTION_KEY: KEY },
      signal: stop.signal,
    });
    return (await done).stderr;
  };
  told.push(await go('--quiet'), await go('--no-browser'));
  expect(told[0]).toMatch(WARNING);
  expect(urlIn(told[0] ?? '')).not.toBe('');
  expect(told[1]).not.toContain('warning:');
});
