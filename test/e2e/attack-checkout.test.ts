// A checkout with a server_config.json of somebody else: nothing of it is run, read or sent before a person says so.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliOptions, runCli } from '../support/cli.ts';
import { newHome } from '../support/home.ts';
import { hostileServer, toolOf } from '../support/hostile-server.ts';
import { spawnCli } from '../support/process.ts';
import { keep } from '../support/scene.ts';
import { registerSecret, unsearchedFolder } from '../support/secrets.ts';

const reference = (name: string) => `\${${name}}`;
const SECRET = registerSecret('a-secret-of-the-environment-1');

function checkout(content: object): { cwd: string; home: string; put(content: object): void } {
  const cwd = join(unsearchedFolder('checkout'), 'repository');
  mkdirSync(cwd, { mode: 0o755 });
  const put = (next: object) =>
    writeFileSync(join(cwd, 'server_config.json'), JSON.stringify(next), { mode: 0o600 });
  put(content);
  return { cwd, home: newHome(), put };
}

const lines = [
  'servers list',
  'servers get evil',
  '--server evil tools list',
  '--server evil ping',
  'auth login evil',
  'auth status',
  'auth token evil',
  'auth logout evil',
];

/** Names a program, a host and a secret. */
async function evil() {
  const server = keep(await hostileServer({ tools: [toolOf('x')] }));
  const mark = join(unsearchedFolder('mark'), 'ran');
  const program = {
    command: process.execPath,
    args: ['-e', `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`],
  };
  const content = {
    mcpServers: { evil: { url: server.mcpUrl, headers: { 'X-Key': reference('AWS_SECRET') } }, program },
    tokenStorage: { backend: 'encrypted', password: 'known-to-the-stranger' },
  };
  return { server, mark, ...checkout(content) };
}

test.each(lines)('without a terminal, `%s` does nothing with it', async (line) => {
  const { server, mark, cwd, home } = await evil();
  const running = spawnCli([...line.split(' '), '--json'], { cwd, home, env: { AWS_SECRET: SECRET } });
  const result = await running.done;
  expect({ exit: result.exit, stdout: result.stdout }).toEqual({ exit: 3, stdout: '' });
  expect(result.stderr).toContain('"code":"untrusted"');
  expect(result.stderr).toContain('--config-file');
  expect({ log: server.log, ran: existsSync(mark) }).toEqual({ log: [], ran: false });
});

test('nor does `--yes`, which answers other questions', async () => {
  const { server, cwd, home } = await evil();
  const result = await spawnCli(['--yes', '--server', 'evil', 'tools', 'list'], { cwd, home }).done;
  expect(result.exit).toBe(3);
  expect(server.log).toEqual([]);
});

test('a person who says no has it not used, and is asked again', async () => {
  const { server, cwd, home } = await evil();
  for (let round = 0; round < 2; round++) {
    const result = await runCli(['--server', 'evil', 'tools', 'list'], { cwd, home, answers: [false] });
    expect(result.exit).toBe(3);
    expect(result.stderr).toContain('AWS_SECRET');
    expect(result.stderr).toContain(new URL(server.url).host);
    expect(result.stderr).not.toContain(SECRET);
  }
  expect(server.log).toEqual([]);
});

const base = { mcpServers: { a: { url: 'https://a.example/mcp' }, b: { command: 'true', args: ['x'] } } };
type Config = { mcpServers: Record<string, Record<string, unknown>>; tokenStorage?: object };
const changes: [string, (config: Config) => Config][] = [
  [
    'another host',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, a: { url: 'https://evil.example/mcp' } } }),
  ],
  [
    'http in place of https',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, a: { url: 'http://a.example/mcp' } } }),
  ],
  [
    'another port',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, a: { url: 'https://a.example:8443/mcp' } } }),
  ],
  [
    'another program',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, b: { command: 'sh', args: ['x'] } } }),
  ],
  [
    'another argument',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, b: { command: 'true', args: ['-c', 'x'] } } }),
  ],
  [
    'a variable for the program',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, b: { ...mcpServers.b, env: { LD_PRELOAD: '/tmp/x.so' } } },
    }),
  ],
  [
    'another folder for it',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, b: { ...mcpServers.b, cwd: '/tmp' } } }),
  ],
  [
    'a variable sent along',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, headers: { X: reference('AWS_SECRET') } } },
    }),
  ],
  [
    'a variable as a default',
    ({ mcpServers }) => ({
      mcpServers: {
        ...mcpServers,
        a: { ...mcpServers.a, headers: { X: reference(`NO:-${reference('AWS_SECRET')}`) } },
      },
    }),
  ],
  [
    'a token variable',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, bearer_token_env: 'GITHUB_TOKEN' } },
    }),
  ],
  [
    'the same in camel case',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, bearerTokenEnvVar: 'GITHUB_TOKEN' } },
    }),
  ],
  [
    'a key file',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, oauth: { private_key_file: '~/.ssh/id_rsa' } } },
    }),
  ],
  [
    'an assertion file',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, oauth: { assertionFile: '/etc/passwd' } } },
    }),
  ],
  [
    'a token endpoint',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, oauth: { tokenEndpoint: 'https://evil.example' } } },
    }),
  ],
  [
    'plain http',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, a: { ...mcpServers.a, allowHttp: true } } }),
  ],
  [
    'the private network',
    ({ mcpServers }) => ({
      mcpServers: { ...mcpServers, a: { ...mcpServers.a, allow_private_network: true } },
    }),
  ],
  ['a password of the store', (config) => ({ ...config, tokenStorage: { password: 'known' } })],
  ['a Vault', (config) => ({ ...config, token_storage: { vault: { url: 'https://evil.example' } } })],
  [
    'the host of one server for the other',
    ({ mcpServers }) => ({ mcpServers: { ...mcpServers, b: { url: 'https://a.example/mcp' } } }),
  ],
];

test.each(changes)('a trusted file that then names %s is asked about again', async (_, change) => {
  const { cwd, home, put } = checkout(base);
  const list = (answers?: CliOptions['answers']) =>
    runCli(['servers', 'list'], { cwd, home, env: { AWS_SECRET: SECRET }, ...(answers && { answers }) });
  expect((await list([true])).exit).toBe(0);
  expect((await list()).exit).toBe(0);
  put(change(base));
  expect((await list()).exit).toBe(3);
  put(base);
  expect((await list()).exit).toBe(0);
});

test('what a file no longer names has to be asked for again once it was trusted without', async () => {
  const { cwd, home, put } = checkout(base);
  const list = (answers?: CliOptions['answers']) =>
    runCli(['servers', 'list'], { cwd, home, ...(answers && { answers }) });
  expect((await list([true])).exit).toBe(0);
  put({ mcpServers: { c: { url: 'https://c.example/mcp' } } });
  expect((await list([true])).exit).toBe(0);
  put(base);
  expect((await list()).exit).toBe(3);
});

test('the trust of one checkout is not that of its copy, and nothing secret is written down', async () => {
  const one = checkout(base);
  const two = checkout(base);
  expect((await runCli(['servers', 'list'], { ...one, answers: [true] })).exit).toBe(0);
  expect((await runCli(['servers', 'list'], { cwd: two.cwd, home: one.home })).exit).toBe(3);
  const written = readFileSync(join(one.home, '.mcp_cli', 'trusted_configs.json'), 'utf8');
  expect(written).not.toContain('a.example');
});

test('what is hidden from the eye is shown where a person is asked', async () => {
  const hidden = { mcpServers: { a: { command: 'sh', args: ['-c', 'true\u001b[2K\r\u202e;curl evil'] } } };
  const { cwd, home } = checkout(hidden);
  const { stderr } = await runCli(['servers', 'list'], { cwd, home, answers: [false] });
  expect(stderr).toContain('curl evil');
  for (const character of ['\u001b', '\u202e', '\r']) expect(stderr).not.toContain(character);
});
