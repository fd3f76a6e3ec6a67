// `${TOKEN:…}` in a configuration: read when its server is connected to, for that server alone.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile, newHome } from '../support/home.ts';
import { hostileServer, rpcError } from '../support/hostile-server.ts';
import { answer } from '../support/loopback.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';
import { registerSecret, unsearchedFolder } from '../support/secrets.ts';
import { KEY } from '../support/store.ts';

const VALUE = registerSecret('a-token-of-a-person-0004');
const OTHER = registerSecret('a-token-of-a-person-0005');
const DAY = 86_400_000;

/** Two servers: `api`, whose headers these are, and `other`. */
async function servers(headers: Record<string, string>, says: Parameters<typeof hostileServer>[0] = {}) {
  const api = keep(await hostileServer(says));
  const other = keep(await hostileServer({}));
  const config = configFile({
    mcpServers: { api: { url: api.mcpUrl, headers }, other: { url: other.mcpUrl } },
  });
  const made = desk(config);
  const set = (name: string, value = VALUE, more = '') =>
    made.script(`token set ${name} ${more}`.trim(), { stdin: value });
  return { api, other, set, ...made };
}

describe('a header', () => {
  test('has its tokens on every request to its server, and on none to another', async () => {
    const { api, other, set, script } = await servers({
      Authorization: 'Bearer ${TOKEN:bearer:my-api}',
      'X-Key': 'k=${TOKEN:api-key:search}',
      'X-Short': '${TOKEN:my-api}',
    });
    await set('my-api');
    await set('search', OTHER, '--type api-key');
    expect(await script('--server api,other tools list')).toMatchObject({ exit: 0 });
    expect(api.log.length).toBeGreaterThan(1);
    for (const { headers } of api.log)
      expect(headers).toMatchObject({
        authorization: `Bearer ${VALUE}`,
        'x-key': `k=${OTHER}`,
        'x-short': VALUE,
      });
    expect(JSON.stringify(other.log)).not.toMatch(new RegExp(`${VALUE}|${OTHER}`));
  });

  test('of Authorization starts no OAuth: a refusal names it', async () => {
    const { authorization, server, script, person } = await scene({
      entry: { headers: { Authorization: 'Bearer ${TOKEN:my-api}' } },
    });
    await script('token set my-api', { stdin: VALUE });
    expect(JSON.parse((await script('auth status notes --json')).stdout)).toMatchObject({
      state: 'header',
      source: 'mcpServers.notes.headers.Authorization',
    });
    const refused = await person('tools list --json');
    expect(refused.exit).toBe(4);
    expect(errorOf(refused)).toMatchObject({ code: 'token_rejected' });
    expect(refused.stderr).toContain('mcpServers.notes.headers.Authorization');
    expect(server.log.some(({ headers }) => headers.authorization === `Bearer ${VALUE}`)).toBe(true);
    expect(authorization.log).toEqual([]);
  });

  test.each<[string, Parameters<typeof hostileServer>[0]]>([
    ['an error', { list: (hit, response) => rpcError(hit, response, `who sent ${hit.headers['x-key']}?`) }],
    ['a page', { list: (hit, response) => answer(response, 500, `${hit.headers['x-key']}`, 'text/plain') }],
  ])('that comes back in %s is shown to nobody', async (_, says) => {
    const { set, script } = await servers({ 'X-Key': 'a;b=${TOKEN:my-api};c' }, says);
    await set('my-api');
    for (const line of ['--verbose', '--json']) {
      const result = await script(`--server api tools list ${line}`);
      expect(result.exit).toBeGreaterThan(1);
      expect(result.stdout + result.stderr).not.toContain(VALUE);
    }
  });
});

describe('a token that is not there', () => {
  test('stops its server before a byte is sent, says what to type, and stops no other', async () => {
    const { api, script } = await servers({ 'X-Key': '${TOKEN:team:my-api}' });
    const alone = await script('--server api tools list --json');
    expect(alone.exit).toBe(3);
    expect(errorOf(alone)).toMatchObject({
      code: 'missing_token',
      server: 'api',
      message: expect.stringContaining('team:my-api'),
      hint: expect.stringContaining('mcp-cli token set my-api --namespace team'),
    });
    expect(api.log).toEqual([]);
    const both = JSON.parse((await script('--server api,other tools list --json')).stdout).servers;
    expect(both).toMatchObject({ api: { error: { code: 'missing_token' } }, other: { tools: [] } });
  });

  test('or is over, is exit 4 until a new one is set', async () => {
    const { api, set, script } = await servers({ 'X-Key': '${TOKEN:my-api}' });
    await set('my-api', VALUE, '--expires 1d');
    const late = { clock: 2 * DAY };
    const over = await script('--server api tools list --json', late);
    expect(over.exit).toBe(4);
    expect(errorOf(over)).toMatchObject({ code: 'token_expired', server: 'api' });
    expect(api.log).toEqual([]);
    await set('my-api', OTHER);
    expect(await script('--server api tools list', late)).toMatchObject({ exit: 0 });
    expect(api.log[0]?.headers['x-key']).toBe(OTHER);
  });

  test('because it is a sign-in is never lent to another server', async () => {
    const { api, script } = await servers({ 'X-Key': '${TOKEN:oauth:notes}' });
    expect(errorOf(await script('--server api tools list --json')).code).toBe('unsupported_reference');
    expect(api.log).toEqual([]);
  });

  test('is no matter where nothing is connected to, and no password is asked for', async () => {
    const { script } = await servers({ 'X-Key': 'a-word-before ${TOKEN:my-api}' });
    const env = { MCP_CLI_ENCRYPTION_KEY: '' };
    expect(await script('servers list', { env })).toMatchObject({ exit: 0 });
    const shown = JSON.parse((await script('servers get api --json', { env })).stdout);
    expect(shown.headers).toEqual({ 'X-Key': '${TOKEN:bearer:my-api}' });
    expect(await script('--server other tools list', { env })).toMatchObject({ exit: 0 });
  });
});

describe('a local server', () => {
  const local = (script: string) =>
    desk(
      configFile({
        mcpServers: {
          local: {
            command: process.execPath,
            args: ['-e', script],
            env: { SEARCH_KEY: '${TOKEN:api-key:search}' },
          },
        },
      }),
    );

  test('has the token in its environment, and not in its arguments', async () => {
    const seen = join(unsearchedFolder('seen'), 'seen.json');
    const said = `JSON.stringify([process.env.SEARCH_KEY, process.argv, process.execArgv])`;
    const { script } = local(`require('fs').writeFileSync(${JSON.stringify(seen)}, ${said})`);
    await script('token set search -t api-key', { stdin: VALUE });
    expect(await script('--server local tools list')).toMatchObject({ exit: 5 });
    const [key, ...words] = JSON.parse(readFileSync(seen, 'utf8'));
    expect(key).toBe(VALUE);
    expect(JSON.stringify(words)).not.toContain(VALUE);
  });

  test('that dies saying it is shown without it', async () => {
    const { script } = local("console.error('bad key ' + process.env.SEARCH_KEY); process.exit(1)");
    await script('token set search -t api-key', { stdin: VALUE });
    const result = await script('--server local tools list --verbose');
    expect(result.exit).toBe(5);
    expect(result.stderr).toContain('bad key ***');
    expect(result.stderr).not.toContain(VALUE);
  });
});

describe('a file of the current folder', () => {
  test('reads no token before somebody trusts it, and an edit that adds one asks again', async () => {
    const server = keep(await hostileServer({}));
    const cwd = join(unsearchedFolder('checkout'), 'repository');
    mkdirSync(cwd, { mode: 0o755 });
    const put = (headers: object) =>
      writeFileSync(
        join(cwd, 'server_config.json'),
        JSON.stringify({ mcpServers: { evil: { url: server.mcpUrl, headers } } }),
        { mode: 0o600 },
      );
    const home = newHome();
    const env = { MCP_CLI_ENCRYPTION_KEY: KEY };
    expect(
      await desk(configFile({ mcpServers: {} }), home).script('token set my-api', { stdin: VALUE, env }),
    ).toMatchObject({ exit: 0 });
    const line = ['--server', 'evil', 'tools', 'list'];

    put({ 'X-Key': '${TOKEN:my-api}' });
    expect(await runCli(line, { cwd, home, env })).toMatchObject({ exit: 3, stdout: '' });
    const refused = await runCli(line, { cwd, home, env, answers: [false] });
    expect(refused.exit).toBe(3);
    expect(refused.stderr).toMatch(
      /stored tokens that it reads\n +bearer:my-api +\(mcpServers\.evil\.headers\.X-Key\)/,
    );
    expect(server.log).toEqual([]);

    put({});
    expect(await runCli(line, { cwd, home, env, answers: [true] })).toMatchObject({ exit: 0 });
    server.log.splice(0);
    put({ 'X-Other': '${UNSET:-${TOKEN:my-api}}' });
    expect(await runCli(line, { cwd, home, env })).toMatchObject({ exit: 3 });
    expect(server.log).toEqual([]);
    expect(await runCli(line, { cwd, home, env, answers: [true] })).toMatchObject({ exit: 0 });
    expect(server.log[0]?.headers['x-other']).toBe(VALUE);
  });
});
