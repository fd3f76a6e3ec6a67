// What a shell proposes at Tab: asked of the program, and seen in the shells themselves.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { hostileServer, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { bin, environment } from '../support/process.ts';
import { desk, keep, scene } from '../support/scene.ts';

const config = configFile({
  mcpServers: { notes: { url: 'http://127.0.0.1:9/mcp' }, linear: { url: 'http://127.0.0.1:9/mcp' } },
});

async function proposed(...words: string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await runCli(['completion', 'words', '--', ...words], {
    env: { MCP_CLI_CONFIG: config, CI: 'true' },
  });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

test.each<[string[], string[]]>([
  [['to'], ['tools', 'token']],
  [
    ['tools', ''],
    ['list', 'describe', 'call'],
  ],
  [
    ['auth', 'log'],
    ['login', 'logout'],
  ],
  [
    ['--server', ''],
    ['notes', 'linear'],
  ],
  [['--server', 'notes,l'], ['notes,linear']],
  [['--server', 'notes', 'tools', 'c'], ['call']],
  [['tools', 'list', 'no'], ['notes']],
  [
    ['tools', 'list', 'notes', ''],
    ['notes', 'linear'],
  ],
  [
    ['auth', 'snippet', 'cla'],
    ['claude-code', 'claude-desktop'],
  ],
  [['auth', 'snippet', 'curl', 'n'], ['notes']],
  [
    ['--format', ''],
    ['text', 'json', 'ndjson'],
  ],
  [['auth', 'exec', 'notes', '--', '--js'], []],
  [['tools', 'list', '--js'], ['--json']],
  [['auth', 'token', '--min'], ['--min-ttl']],
  [['no-such', ''], []],
])('behind %j: %j', async (words, found) => {
  expect((await proposed(...words)).sort()).toEqual(found.sort());
});

test('tools, their arguments, resources and prompts of a server that is signed in to; no sign-in for the others', async () => {
  const { authorization, person, script } = await scene();
  const words = async (line: string) =>
    (await script(['completion', 'words', '--', '--server', 'notes', ...line.split(' ')])).stdout;
  expect(await words('tools call e')).toBe('');
  expect(authorization.count(authorization.paths.authorization)).toBe(0);
  await person('auth login notes');
  expect(await words('tools call ec')).toMatch(/^echo\t/);
  expect(await words('tools call echo ')).toMatch(/^text=\t/);
});

test('a tool whose name a shell would run, or we would take for a flag, is not proposed', async () => {
  const tools = ['good', '$(touch bad)', 'bad;rm', '`bad`', 'bad name', '--output-dir=/bad'].map((name) =>
    toolOf(name),
  );
  const { script } = desk(notes({ url: keep(await hostileServer({ modern: true, tools })).mcpUrl }));
  const { stdout } = await script(['completion', 'words', '--', 'tools', 'call', '']);
  expect(stdout).toMatch(/^good\t.*\n$/);
});

test('another shell: those that there are', async () => {
  const result = await runCli(['completion', 'tcsh', '--json']);
  expect(result.exit).toBe(2);
  expect(result.stderr).toContain('bash, zsh, fish');
});

/** A folder with the built program under its name, and an environment to run a shell in. */
function installed() {
  const home = newHome();
  chmodSync(bin, 0o755);
  symlinkSync(bin, join(home, 'mcp-cli'));
  const env = environment(home, { MCP_CLI_CONFIG: config, CI: 'true' });
  return { home, env: { ...env, PATH: `${home}:${join(process.execPath, '..')}:${env.PATH}` } };
}

const missing = (shell: string) => spawnSync(shell, ['--version']).error !== undefined;

test.skipIf(missing('bash'))('bash completes', () => {
  const { env } = installed();
  const script = `source <(mcp-cli completion bash)
    COMP_WORDS=(mcp-cli --server notes auth log); COMP_CWORD=4; _mcp_cli; printf '%s,' "\${COMPREPLY[@]}"`;
  expect(execFileSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' })).toBe('login,logout,');
});

test.skipIf(missing('fish'))('fish completes, and says what it means', () => {
  const { env } = installed();
  const script = `mcp-cli completion fish | source; complete -C 'mcp-cli --server notes auth login l'`;
  expect(execFileSync('fish', ['-c', script], { env, encoding: 'utf8' })).toBe('linear\n');
});

describe.skipIf(missing('zsh'))('zsh', () => {
  test('completes at its prompt', async () => {
    const { env, home } = installed();
    const shell = spawnPty('zsh', ['-f', '-i'], {
      env: { ...env, PS1: '% ', TERM: 'xterm' },
      cwd: home,
      cols: 200,
    });
    keep({ close: async () => shell.kill('SIGKILL') });
    const seen = new Promise<void>((resolve) => {
      let text = '';
      shell.onData((chunk) => {
        text += chunk;
        if (text.includes('READY\r\n') && !text.includes('tools l')) shell.write('mcp-cli tools l\t');
        if (/tools list/.test(text)) resolve();
      });
    });
    shell.write('autoload -Uz compinit; compinit -u; source <(mcp-cli completion zsh); echo REA"DY"\r');
    await seen;
  });
});
