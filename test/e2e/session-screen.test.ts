// What the session shows and takes at a pseudo-terminal, and lines from a pipe. Needs dist (npm run build).
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { modernServer, modernSurfaceServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { keep } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { sessionSurfaceServer } from '../support/session-server.ts';
import { KEY } from '../support/store.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const PROMPT = /\[0J> /;
/** Below the name, or above the line being typed where the machine is busy. */
const COUNTS = /(?: {2}|notes: )5 tools, 5 resources, 2 prompts\r\n/;
const env = { MCP_CLI_ENCRYPTION_KEY: KEY };

const terminals: Terminal[] = [];
afterEach(() => {
  for (const each of terminals.splice(0)) {
    each.kill();
  }
});

function start(config: string, more: { names?: string; home?: string; env?: object; columns?: number } = {}) {
  const { names = 'notes', ...rest } = more;
  const at = ptyCli(['--config-file', config, '--server', names], { ...rest, env: { ...env, ...more.env } });
  terminals.push(at);
  return at;
}

async function line(at: Terminal, text: string, ...answers: RegExp[]): Promise<void> {
  at.type(`${text}\r`);
  for (const each of answers) await at.seen(each);
  await at.seen(PROMPT);
}

test('lines of several lines, pastes, news above the line, updates, and a history without secrets', async () => {
  const server = keep(await modernSurfaceServer());
  const config = notes({ url: server.mcpUrl });
  const at = start(config, { columns: 80 });
  await at.seen(COUNTS);
  await at.seen(PROMPT);

  // A backslash, and JSON that is not closed, go on at another prompt.
  at.type('/call add \\\r');
  await at.seen(/\[0J\.\.\. /);
  await line(at, 'a=1 b=2', /\n3\r\n/);
  at.type('/call add {"a": 20,\r');
  await at.seen(/\[0J\.\.\. /);
  await line(at, '"b": 22}', /\n42\r\n/);
  // What is pasted is one input, and waits for Enter; its control characters are no text.
  at.type('/call echo \u001b[200~text="one\rtwo\u0007"\r\u001b[201~');
  await at.seen(/two"/);
  expect(server.calls('tools/call')).toBe(2);
  await line(at, '', /\none\r\ntwo\r\n/);

  // Tab: the command, the tool, its arguments.
  for (const [keys, shown] of [
    ['/cal', /cal/],
    ['\t', /l/],
    [' ec', / ec/],
    ['\t', /ho/],
    [' t', / t/],
    ['\t', /ext=/],
  ] as const) {
    at.type(keys);
    await at.seen(shown);
  }
  await line(at, 'tabbed', /\ntabbed\r\n/);

  // News come above what is being typed, which stays.
  at.type('/call echo text=half');
  await at.seen(/text=half/);
  await server.changed();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the line is taken away first
  await at.seen(/\r\u001b\[0Jnotes: its tools have changed\r\n/);
  await at.seen(/\[0J> \/call echo text=half/);
  at.resize(200, 30);
  // Whether the window is another one before the line is sent, or while it is answered.
  await line(at, '-done', /\nhalf-done\r\n/);

  at.type('/watch memo://readme\r');
  await at.seen(/watching memo:\/\/readme/);
  await server.updated('memo://readme');
  await at.seen(/T[\d:.]+Z memo:\/\/readme\r\n/);
  at.type('\x03');
  await at.seen(PROMPT);
  expect(at.shown()).not.toContain('cancelled');

  const secret = registerSecret('hunter2-of-the-test', 'token');
  at.type('/token set search\r');
  await at.seen(/Value of bearer:search/);
  at.type(`${secret}\r`);
  await at.seen(/stored bearer:search\r\n/);
  await at.seen(PROMPT);
  at.type('\x04');
  expect((await at.done).exit).toBe(0);
  const path = join(at.home, '.mcp_cli', 'history');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const kept = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(kept.slice(0, 2)).toEqual(['/call add \\na=1 b=2', '/call add {"a": 20,\\n"b": 22}']);
  expect(kept.at(-1)).toBe('/watch memo://readme');

  const again = start(config, { home: at.home });
  await again.seen(PROMPT);
  again.type('\u001b[A');
  await again.seen(/> \/watch memo/);
  again.type('\u001b[A');
  await again.seen(/> \/call echo text=half-done/);
  await line(again, '', /\nhalf-done\r\n/);
  again.type('\x04');
  expect((await again.done).exit).toBe(0);
});

test('with a server of 2025-11-25, without colours and without Unicode: one of two is away', async () => {
  const server = keep(await sessionSurfaceServer());
  const gone = await modernServer();
  await gone.close();
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl }, gone: { url: gone.mcpUrl } } });
  const at = start(config, { names: 'gone,notes', env: { NO_COLOR: '1', LANG: 'C' }, columns: 200 });
  await at.seen(/error: [^\r]*127\.0\.0\.1/);
  await at.seen(/Connected to notes [^\r]*MCP 2025-11-25\)\r\n/);
  await at.seen(COUNTS);
  await at.seen(PROMPT);
  await line(at, '/servers', /\nnotes +connected +session-server 1\.0\.0 +2025-11-25\r\ngone +away /);
  await line(at, '/ping', /SERVER +TIME +PROTOCOL\r\nnotes +\d+ ms/);
  at.type('/to');
  await at.seen(/\/to/);
  await server.changed();
  await at.seen(/notes: its tools have changed\r\n/);
  await at.seen(/\[0J> \/to/);
  at.type('ols\r');
  await at.seen(/5 Available Tools/);
  await at.seen(PROMPT);
  at.type('/watch memo://readme\r');
  await at.seen(/watching memo:\/\/readme/);
  // One is watched at a time: a second one is told to wait, and does.
  at.type('/watch memo://readme \r');
  await at.seen(/\n\/watch memo:\/\/readme goes on until Ctrl-C; your line comes after it\r\n/);
  await server.updated('memo://readme');
  await at.seen(/Z memo:\/\/readme\r\n/);
  at.type('\x03');
  await at.seen(/watching memo:\/\/readme/);
  await server.updated('memo://readme');
  await at.seen(/Z memo:\/\/readme\r\n/);
  at.type('\x03');
  await at.seen(PROMPT);
  at.type('/call slow steps=1000 pause=50\r');
  await at.seen(/step \d/);
  // Stopped by a line as well.
  at.type('/stop\r');
  await at.seen(/error: cancelled\r\n/);
  await at.seen(PROMPT);
  at.type('bye\r');
  const { exit, shown } = await at.done;
  expect(exit).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bold and colours are control sequences
  expect(shown).not.toMatch(/\u001b\[\d*m/);
  expect([...shown].filter((each) => each > '\u007f')).toEqual([]);
});

test('lines from a pipe', async () => {
  const server = keep(await modernServer());
  const argv = ['--config-file', notes({ url: server.mcpUrl }), '--server', 'notes'];
  const stdin = '/call echo text=one\n/tols\n/call echo {\n"text": "two"}\n/exit\n/call echo text=three\n';
  const { exit, stdout, stderr } = await spawnCli(argv, { env, stdin }).done;
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: 'one\ntwo\n' });
  expect(stderr).toBe('error: there is no command /tols\nhint: did you mean /tools?\n');
});
