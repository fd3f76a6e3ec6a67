// The interactive session at a pseudo-terminal, from the first sign-in to /exit. Needs dist (npm run build).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { browserProgram } from '../support/browser.ts';
import { KEY, leftovers } from '../support/expired.ts';
import { configFile, newHome } from '../support/home.ts';
import type { McpServerHandle } from '../support/mcp-server.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { registerSecret, unsearchedFolder } from '../support/secrets.ts';
import { sessionServer } from '../support/session-server.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const PROMPT = /\[0J> /;

/** The terminal is told last that pastes need no marks any more. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control sequence
const OWN_LINE = /\n\u001b\[\?2004l$/;

let authorization: AuthorizationServer;
let server: McpServerHandle;
let browser: ReturnType<typeof browserProgram>;
let config: string;
const terminals: Terminal[] = [];
beforeEach(async () => {
  authorization = await authorizationServer();
  server = await modernServer({ authorizationServers: [authorization] });
  browser = browserProgram();
  config = notes({ url: server.mcpUrl });
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.kill();
  await server.close();
  await authorization.close();
});

type Options = { home?: string; cwd?: string; env?: Record<string, string>; key?: boolean };

function start(argv: string[], { key = true, env, ...more }: Options = {}): Terminal {
  const own = { BROWSER: browser.command, ...(key && { MCP_CLI_ENCRYPTION_KEY: KEY }), ...env };
  const terminal = ptyCli(argv, { ...more, env: own });
  terminals.push(terminal);
  return terminal;
}

async function openSession(options: Options = {}, names = 'notes'): Promise<Terminal> {
  const terminal = start(['--config-file', config, '--server', names], options);
  await terminal.seen(PROMPT);
  return terminal;
}

/** Types a line, and resolves when it was answered and the prompt is back. */
async function line(terminal: Terminal, text: string, ...answers: RegExp[]): Promise<void> {
  terminal.type(`${text}\r`);
  for (const answer of answers) await terminal.seen(answer);
  await terminal.seen(PROMPT);
}

describe('a session', () => {
  test('signs in, connects, lists, calls and helps', async () => {
    const terminal = start(['--config-file', config, '--server', 'notes']);
    await terminal.seen(/🔐 Authentication required for notes\r\n/);
    await terminal.seen(/Opening browser for authorization/);
    await terminal.seen(/✅ Signed in to notes\r\n/);
    await terminal.seen(
      /Connected to notes \(modern-server 2\.0\.0, MCP 2026-07-28\)\r\n {2}signed in, renewed by itself; 5 tools\r\n/,
    );
    await terminal.seen(PROMPT);
    expect(browser.opened()).toHaveLength(1);
    await line(terminal, '/tools', /\n5 Available Tools\r\n- echo\r\n- add\r\n/);
    await line(terminal, '/call echo text="good morning"', /\ngood morning\r\n/);
    await line(terminal, '/call add a=2 b=40', /\n42\r\n/);
    await line(terminal, '/call add {"a": 1, "b": 2}', /\n3\r\n/);
    await line(terminal, '/help', /\/tools \[SERVER[^\r]* list the tools[\s\S]*\/exit/);
    await line(terminal, '/call fail', /it did not work\r\nerror: fail answered with an error/);
    await line(terminal, '/call add a=two b=2', /error: [^\r]*\ba\b[^\r]*number/);
    await line(terminal, '/call ekko text=x', /error: [\s\S]*hint: [^\r]*echo/);
    await line(terminal, '/tols', /error: there is no command \/tols\r\nhint: did you mean \/tools\?/);
    await line(terminal, 'tools', /hint: did you mean \/tools\?/);
    terminal.type('/exit\r');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(0);
    // The cursor stands on a line of its own.
    expect(shown).toMatch(OWN_LINE);
    expect(leftovers(terminal.home)).toEqual([]);
  });

  test('opens at once the second time, and Ctrl-D leaves', async () => {
    const { home, type, done } = await openSession();
    type('\x04');
    expect((await done).exit).toBe(0);
    const before = authorization.log.length;
    const again = await openSession({ home });
    expect(again.shown()).not.toContain('Authentication required');
    again.type('\x04');
    const { exit, shown } = await again.done;
    expect(exit).toBe(0);
    expect(shown).toMatch(OWN_LINE);
    expect(authorization.log.length).toBe(before);
    expect(browser.opened()).toHaveLength(1);
  });

  test('Ctrl-C cancels the call under way, and only that', async () => {
    const terminal = await openSession();
    terminal.type('/call slow steps=1000 pause=50\r');
    await terminal.seen(/step 3/);
    terminal.type('\x03');
    await terminal.seen(/error: cancelled\r\n/);
    await terminal.seen(PROMPT);
    await line(terminal, '/call echo text=still-here', /\nstill-here\r\n/);
    terminal.type('/exit\r');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(0);
    // Nothing of the cancelled call is written over what came later.
    expect(shown.slice(shown.indexOf('still-here'))).not.toMatch(/step \d/);
  });

  test('Ctrl-C clears the line being typed, and says at an empty one how to leave', async () => {
    const terminal = await openSession();
    terminal.type('/call fail');
    await terminal.seen(/fail/);
    terminal.type('\x03');
    await terminal.seen(PROMPT);
    await line(terminal, '/call echo text=alone', /\nalone\r\n/);
    expect(server.calls('tools/call')).toBe(1);
    terminal.type('\x03');
    await terminal.seen(/\(Ctrl-D or \/exit leaves\)\r\n/);
    await terminal.seen(PROMPT);
    terminal.type('\x04');
    expect((await terminal.done).exit).toBe(0);
  });

  test('a signal ends it like a command', async () => {
    const terminal = await openSession();
    process.kill(terminal.pid, 'SIGTERM');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(130);
    expect(shown).toMatch(/error: cancelled\r\n$/);
  });

  test('with two servers: both at one prompt', async () => {
    const other = await sessionServer({ authorizationServers: [authorization] });
    try {
      config = configFile({ mcpServers: { notes: { url: server.mcpUrl }, mail: { url: other.mcpUrl } } });
      const terminal = start(['--config-file', config, '--server', 'notes,mail']);
      await terminal.seen(PROMPT);
      expect(terminal.shown()).toMatch(/Connected to notes [^\r]*\r\n(?: [^\r]*\r\n)?Connected to mail /);
      expect(browser.opened()).toHaveLength(2);
      const story =
        /required for (\w+)\r\n[^🔐]*Signed in to \1\r\n[^🔐]*🔐 Authentication required for (?!\1)/u;
      expect(terminal.shown(), 'one sign-in after the other').toMatch(story);
      await line(terminal, '/tools', /\n10 Available Tools\r\n- notes\/echo\r\n[\s\S]*- mail\/echo\r\n/);
      await line(terminal, '/call echo text=x', /both have a tool named echo\r\nhint: write notes\/echo/);
      await line(terminal, '/call mail/echo text=to-mail', /\nto-mail\r\n/);
      expect([server.calls('tools/call'), other.calls('tools/call')]).toEqual([0, 1]);
      terminal.type('/exit\r');
      expect((await terminal.done).exit).toBe(0);
    } finally {
      await other.close();
    }
  });

  test('with a server that is away: it is told, and the other one is there', async () => {
    const gone = await modernServer();
    await gone.close();
    config = configFile({ mcpServers: { notes: { url: server.mcpUrl }, gone: { url: gone.mcpUrl } } });
    const terminal = await openSession({}, 'gone,notes');
    expect(terminal.shown()).toMatch(/error: [^\r]*127\.0\.0\.1[\s\S]*Connected to notes/);
    await line(terminal, '/tools', /\n5 Available Tools\r\n/);
    terminal.type('\x04');
    expect((await terminal.done).exit).toBe(0);
  });
});

describe('the password of the token store', () => {
  const password = registerSecret('correct horse battery staple', 'password');

  test('is typed twice on first use, once afterwards, and never shown', async () => {
    const first = start(['--config-file', config, '--server', 'notes'], { key: false });
    await first.seen(/Choose a password for the token store/);
    first.type(`${password}\r`);
    await first.seen(/The same password again/);
    first.type('something else\r');
    await first.seen(/They differ\. Choose a password/);
    first.type(`${password}\r`);
    await first.seen(/The same password again/);
    first.type(`${password}\r`);
    await first.seen(PROMPT);
    first.type('\x04');
    expect((await first.done).exit).toBe(0);

    const second = start(['--config-file', config, '--server', 'notes'], { home: first.home, key: false });
    await second.seen(/Password of the token store/);
    second.type(`${password}\r`);
    await second.seen(PROMPT);
    second.type('\x04');
    expect((await second.done).exit).toBe(0);
    expect(browser.opened()).toHaveLength(1);

    const wrong = start(['--config-file', config, '--server', 'notes'], { home: first.home, key: false });
    await wrong.seen(/Password of the token store/);
    wrong.type('correct horse battery stable\r');
    const { exit, shown } = await wrong.done;
    expect(exit).toBe(6);
    expect(shown).toMatch(/error: the password does not open the token store/);
    expect(browser.opened()).toHaveLength(1);
  });
});

describe('a configuration found in the current folder', () => {
  let cwd: string;
  let home: string;
  const write = (servers: object, comment = '') =>
    writeFileSync(join(cwd, 'server_config.json'), `${comment}\n${JSON.stringify({ mcpServers: servers })}`, {
      mode: 0o600,
    });
  beforeEach(() => {
    cwd = unsearchedFolder('checkout');
    home = newHome();
    write({ notes: { url: server.mcpUrl } });
  });
  const open = () => start(['--server', 'notes'], { home, cwd });
  async function leaves(terminal: Terminal): Promise<string> {
    await terminal.seen(PROMPT);
    terminal.type('\x04');
    const { exit, shown } = await terminal.done;
    expect(exit).toBe(0);
    return shown;
  }

  test('is used once somebody said yes, and asked about again when it names more', async () => {
    const refused = open();
    await refused.seen(/server_config\.json names:\r\n[\s\S]*127\.0\.0\.1/);
    await refused.seen(/Trust these 1 host\?/);
    refused.type('n\r');
    const { exit, shown } = await refused.done;
    expect(exit).toBe(3);
    expect(shown).toMatch(
      /error: the configuration found in the current folder is not trusted yet\r\nhint: /,
    );
    expect(server.log).toEqual([]);

    const accepted = open();
    await accepted.seen(/Trust these 1 host\?/);
    accepted.type('y\r');
    await leaves(accepted);

    expect(await leaves(open())).not.toContain('Trust these');

    write({ notes: { url: server.mcpUrl } }, '// an edit that names nothing new');
    expect(await leaves(open())).not.toContain('Trust these');

    write({ notes: { url: server.mcpUrl }, helper: { command: 'curl', args: ['https://evil.example'] } });
    const changed = open();
    await changed.seen(/server_config\.json now also names:\r\n[\s\S]*curl/);
    await changed.seen(/Trust these 1 command/);
    changed.type('\r');
    expect((await changed.done).exit).toBe(3);

    rmSync(join(cwd, 'server_config.json'));
    write({ notes: { url: server.mcpUrl } });
    expect(await leaves(open())).not.toContain('Trust these');
  });

  test('without a terminal it is not used', async () => {
    const argv = ['--server', 'notes', 'tools', 'list'];
    const { exit, stdout, stderr } = await spawnCli(argv, { home, cwd, env: { MCP_CLI_ENCRYPTION_KEY: KEY } })
      .done;
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toMatch(/not trusted yet\nhint: [\s\S]*--config-file \.\/server_config\.json/);
    expect(server.log).toEqual([]);
    const flag = ['--config-file', './server_config.json', ...argv];
    const given = await spawnCli(flag, { home, cwd, env: { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' } }).done;
    // The flag is consent: now only the sign-in is missing.
    expect(given.exit).toBe(4);
  });
});
