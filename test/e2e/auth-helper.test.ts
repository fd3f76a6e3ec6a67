// Other programs on the machine use our sign-ins: `auth token --min-ttl`, `auth header`, `auth exec`, `auth snippet`, and
// the jobs that keep sign-ins alive.
import { expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { environment, spawnCli } from '../support/process.ts';
import { desk, errorOf, type SceneOptions, scene } from '../support/scene.ts';
import { registerSecret } from '../support/secrets.ts';
import { KEY } from '../support/store.ts';

const aloud = { showsSecrets: true };

async function signedIn(options?: SceneOptions) {
  const made = await scene(options);
  made.authorization.behaviour.accessTokenTtl = 3600;
  await made.person('auth login notes');
  return made;
}

test('--min-ttl renews a token that is good, but not for long enough, and only then', async () => {
  const { authorization, script } = await signedIn();
  const first = await script('auth token notes --min-ttl 30m', aloud);
  expect(first.exit).toBe(0);
  expect(authorization.count(authorization.paths.token)).toBe(1);
  const second = await script('auth token notes --min-ttl 30m --json', { ...aloud, clock: 2_400_000 });
  expect(JSON.parse(second.stdout).accessToken).not.toBe(first.stdout.trim());
  expect(authorization.count(authorization.paths.token)).toBe(2);
});

test('more than the server ever gives is refused, and the hint says how much that is', async () => {
  const { script } = await signedIn();
  const result = await script('auth token notes --min-ttl 2h --json');
  expect(result.exit).toBe(4);
  expect(errorOf(result)).toMatchObject({
    code: 'token_short_lived',
    hint: expect.stringContaining('3600s'),
  });
});

test('a length of time that is none is a slip of the finger', async () => {
  const { script } = await scene();
  expect((await script('auth token notes --min-ttl soon')).exit).toBe(2);
});

test('the header is a line for curl, and an object for a headersHelper', async () => {
  const { script } = await signedIn();
  const token = (await script('auth token notes', aloud)).stdout.trim();
  expect((await script('auth header notes', aloud)).stdout).toBe(`Authorization: Bearer ${token}\n`);
  const json = await script('auth header notes --json', aloud);
  expect(JSON.parse(json.stdout)).toEqual({ Authorization: `Bearer ${token}` });
});

test('a configured header is passed on as it is; a terminal sees none', async () => {
  const value = registerSecret('Basic h34d3r-of-the-file', 'header');
  const { script, person } = await scene({ entry: { headers: { authorization: value } } });
  expect((await script('auth header notes', aloud)).stdout).toBe(`Authorization: ${value}\n`);
  const seen = await person('auth header notes', { terminal: { stdout: true, stderr: true } });
  expect(seen).toMatchObject({ exit: 2, stdout: '' });
});

test('a program that is run gets the token, the URL, and nothing of ours; its exit code is ours', async () => {
  const { script, server, config, home } = await signedIn();
  const token = (await script('auth token notes', aloud)).stdout.trim();
  const shown = `const { MCP_ACCESS_TOKEN: token, MCP_SERVER_URL: url, PLAIN } = process.env;
    const ours = Object.keys(process.env).filter((name) => name.startsWith('MCP_CLI_'));
    console.log(JSON.stringify({ token, url, ours, PLAIN, args: process.argv.slice(1) }));
    process.exitCode = 7;`;
  const words = [
    '--config-file',
    config,
    'auth',
    'exec',
    'notes',
    '--',
    process.execPath,
    '-e',
    shown,
    '--',
    '--json',
    '-x',
  ];
  const env = { MCP_CLI_ENCRYPTION_KEY: KEY, MCP_CLI_VAULT_SECRET_ID: 'an id of Vault', PLAIN: 'kept' };
  const result = await spawnCli(words, { home, env, showsSecrets: true }).done;
  expect(result).toMatchObject({ exit: 7, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual({
    token,
    url: server.mcpUrl,
    ours: [],
    PLAIN: 'kept',
    args: ['--json', '-x'],
  });
  expect(environment(home, env)).toHaveProperty('MCP_CLI_ENCRYPTION_KEY');
});

test('a program that is not there is told apart from one that fails, and none is run without a sign-in', async () => {
  const { script } = await signedIn({ others: { away: { url: 'https://away.example/mcp', oauth: {} } } });
  const missing = await script(['auth', 'exec', 'notes', '--json', '--', '/no/such/program']);
  expect(missing.exit).toBe(2);
  expect(errorOf(missing).code).toBe('no_program');
  const denied = await script([
    'auth',
    'exec',
    'away',
    '--json',
    '--',
    process.execPath,
    '-e',
    'process.exit(0)',
  ]);
  expect(denied.exit).toBe(4);
});

test('SIGTERM reaches the program, and its end is the end', async () => {
  const { config, home } = await signedIn();
  const waiting = `process.on('SIGTERM', () => { console.log('told'); process.exit(3); });
    setInterval(() => {}, 1000); console.log('running');`;
  const words = ['--config-file', config, 'auth', 'exec', 'notes', '--', process.execPath, '-e', waiting];
  const running = spawnCli(words, { home, env: { MCP_CLI_ENCRYPTION_KEY: KEY } });
  await running.seen(/running/);
  running.child.kill('SIGTERM');
  expect(await running.done).toMatchObject({ exit: 3, stdout: 'running\ntold\n' });
});

test('refresh --all renews what renews itself, and leaves out the rest', async () => {
  const { authorization, script } = await signedIn({
    others: { away: { url: 'https://away.example/mcp' }, files: { command: 'node' } },
  });
  const result = await script('auth refresh --all --json');
  expect(result.exit).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ server: 'notes', state: 'signed_in' });
  expect(authorization.count(authorization.paths.token)).toBe(2);
  expect((await script('auth refresh notes --all')).exit).toBe(2);
});

test('--fail-if-expires tells of a sign-in that needs a person soon, and of no other', async () => {
  const { authorization, person, script } = await signedIn();
  expect((await script('auth status --fail-if-expires 48h')).exit).toBe(0);
  authorization.behaviour.refreshTokens = 'never';
  await person('auth login notes --force');
  expect((await script('auth status --fail-if-expires 10m')).exit).toBe(0);
  const result = await script('auth status notes --fail-if-expires 48h --json');
  expect(result.exit).toBe(4);
  expect(result.stderr).toContain('expires_soon');
});

test.each([
  'curl',
  'claude-code',
  'claude-desktop',
  'codex',
  'cursor',
  'gemini',
  'mcporter',
  'opencode',
  'vscode',
  'windsurf',
])('the snippet for %s names the server, and holds no secret', async (client) => {
  const { script, config } = await scene({ entry: { account: 'work' } });
  const { exit, stdout } = await script(`auth snippet ${client} notes --json`);
  expect(exit).toBe(0);
  const { snippet } = JSON.parse(stdout);
  expect(snippet).toContain('notes');
  // Another program is started elsewhere, and finds the file only if it is named.
  if (client !== 'mcporter') expect(snippet).toMatch(new RegExp(`--config-file\\W+${config}[" ]`));
});

test.each(['curl', 'claude-code', 'mcporter', 'vscode'])(
  'the snippet for %s has no key of a URL',
  async (client) => {
    const env = { A_KEY: 'k3y-of-the-url' };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, as the configuration has them
    const written = 'https://notes.example/mcp?api_key=${A_KEY}';
    const { script } = desk(configFile({ mcpServers: { notes: { url: written } } }));
    const url = 'https://notes.example/mcp?api_key=k3y-of-the-url';
    for (const words of ['notes', `--server ${url}`]) {
      const { exit, stdout, stderr } = await script(`auth snippet ${client} ${words}`, { env });
      expect(exit).toBe(0);
      expect(stdout + stderr).not.toContain('k3y');
      expect(stderr.includes('warning: ')).toBe(stdout.includes('***'));
    }
  },
);

test('a client that nobody knows: the nearest name', async () => {
  const { script } = await scene();
  expect(errorOf(await script('auth snippet claude-cod notes --json')).hint).toContain('claude-code');
});
