// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a configuration holds.
// `auth status`, `auth list` and `auth token` over what real sign-ins left.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep, scene } from '../support/scene.ts';

const HOUR = 3_600_000;

describe('auth status', () => {
  test('follows a sign-in through its life, and asks no server', async () => {
    const { authorization, server, person, script } = await scene();
    const state = async (clock = 0) => {
      const result = await script('auth status notes --json', { clock });
      return [JSON.parse(result.stdout).state, result.exit];
    };
    expect(await state()).toEqual(['signed_out', 4]);
    await person('auth login');
    const before = [authorization.log.length, server.log.length];
    expect(await state()).toEqual(['signed_in', 0]);
    expect(await state(2 * HOUR)).toEqual(['expired_refreshable', 0]);
    expect([authorization.log.length, server.log.length]).toEqual(before);
    await script('auth logout');
    expect(await state()).toEqual(['registered', 4]);
  });

  test('a token that cannot be renewed is expired at its end', async () => {
    const { person, script } = await scene({ authorization: { behaviour: { refreshTokens: 'never' } } });
    await person('auth login');
    const result = await script('auth status notes', { clock: 2 * HOUR });
    expect(result.exit).toBe(4);
    expect(result.stdout).toMatch(/^notes +expired +60 min ago/m);
    expect(result.stderr).toBe(
      'error: notes needs a sign-in: expired\nhint: sign in with: mcp-cli auth login notes\n',
    );
  });

  test('of all is exit 0 whatever it says, and a bad entry spoils only itself', async () => {
    const { person, script, server } = await scene({
      others: {
        other: { url: 'https://other.example/mcp' },
        local: { command: 'node' },
        key: { url: 'https://key.example/mcp', headers: { authorization: 'Bearer of a header' } },
        bad: { url: 'https://${NOBODY_SET_THIS}/mcp' },
      },
    });
    await person('auth login notes');
    const text = await script('auth status', { env: { MCP_CLI_TOKEN_OTHER: 'from the environment' } });
    expect(text).toMatchObject({ exit: 0, stderr: '' });
    expect(text.stdout.split('\n').map((row) => row.split(/ {2,}/).slice(0, 2).join(': '))).toEqual([
      'SERVER: STATE',
      'notes: signed in',
      'other: token from MCP_CLI_TOKEN_OTHER',
      'local: no sign-in (stdio)',
      'key: Authorization header configured',
      expect.stringMatching(/^bad: .*NOBODY_SET_THIS/),
      '',
    ]);
    const json = JSON.parse((await script('auth status --json')).stdout);
    expect(json.servers).toMatchObject({
      notes: { state: 'signed_in', url: server.mcpUrl },
      other: { server: 'other', state: 'signed_out' },
      local: { server: 'local', state: 'stdio' },
      key: { state: 'header', source: 'mcpServers.key.headers.authorization' },
      bad: { state: 'error', error: { code: 'missing_env', server: 'bad' } },
    });
    const lines = (await script('auth status --format ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).server)).toEqual(['notes', 'other', 'local', 'key', 'bad']);
  });

  test('of several that are named is the first failure', async () => {
    const { person, script } = await scene({
      others: { bad: { url: '${NOBODY_SET_THIS}' }, out: { url: 'https://out.example/' } },
    });
    await person('auth login notes');
    expect((await script('auth status notes out bad --json')).exit).toBe(4);
    const result = await script('auth status bad,out --json');
    expect(result.exit).toBe(3);
    const told = JSON.parse(result.stderr);
    expect(told.error).toMatchObject({ code: 'missing_env', server: 'bad' });
    expect(told.errors.map((each: { code: string }) => each.code)).toEqual(['missing_env', 'login_required']);
  });

  test('does not claim that a server needs a sign-in which nothing is known of', async () => {
    const open = { url: 'https://open.example/mcp' };
    const { script } = await scene({
      others: { open, named: { ...open, oauth: { client_id: 'me' } }, off: { ...open, oauth: false } },
    });
    expect(await script('auth status open')).toMatchObject({
      exit: 4,
      stderr:
        'error: open is not signed in, which it may not need\nhint: sign in with: mcp-cli auth login open\nhint: if it needs none: "oauth": false in mcpServers.open\n',
    });
    expect((await script('auth status https://open.example/mcp')).stderr).not.toContain('"oauth"');
    expect((await script('auth status named')).stderr).toMatch(
      /^error: named needs a sign-in: not signed in\n/,
    );
    expect(await script('auth status off --json')).toMatchObject({
      exit: 0,
      stdout: '{"server":"off","state":"none"}\n',
      stderr: '',
    });
    expect((await script('auth status off')).stdout).toMatch(/^off +no sign-in \(switched off\)/m);
  });

  test('of one account, and of a URL', async () => {
    const { person, script, server } = await scene();
    await person('auth login --account work');
    expect((await script('auth status notes --account work')).exit).toBe(0);
    const other = await script('auth status notes --account home');
    expect(other.stderr).toContain('hint: sign in with: mcp-cli auth login notes --account home\n');
    const url = await script(`auth status ${server.mcpUrl}`);
    expect(url.exit).toBe(4);
    expect(url.stderr).toContain(`hint: sign in with: mcp-cli auth login ${server.mcpUrl}\n`);
  });

  test('a damaged file is the state of its server alone; a lost password concerns all', async () => {
    const { home, person, script } = await scene({ others: { other: { url: 'https://other.example/mcp' } } });
    await person('auth login notes');
    await person('auth login notes --account work');
    writeFileSync(join(home, '.mcp_cli/tokens/notes.enc'), 'not sealed by anybody');
    const result = await script('auth status --json');
    expect(result.exit).toBe(0);
    expect(JSON.parse(result.stdout).servers).toMatchObject({
      notes: { server: 'notes', state: 'unreadable', error: { code: 'corrupt' } },
      other: { state: 'signed_out' },
    });
    expect((await script('auth status notes')).exit).toBe(4);
    const lost = await script('auth status --account work --json', {
      env: { MCP_CLI_ENCRYPTION_KEY: 'another password' },
    });
    expect(lost.exit).toBe(6);
    expect(errorOf(lost).code).toBe('wrong_password');
  });
});

describe('auth list', () => {
  test('shows everything that is stored, also what no server owns any more', async () => {
    const { home, person, script } = await scene();
    expect(await script('auth list')).toMatchObject({ exit: 0, stdout: 'Nothing to show.\n' });
    await person('auth login');
    await person('auth login --account work');
    const moved = desk(configFile({ mcpServers: { else: { url: 'https://else.example/mcp' } } }), home);
    const json = JSON.parse((await moved.script('auth list --json')).stdout);
    expect(json.servers).toMatchObject({
      notes: { server: 'notes', state: 'signed_in', orphan: true },
      'notes@work': { server: 'notes', account: 'work', orphan: true },
    });
    const text = (await script('auth list')).stdout;
    expect(text).toMatch(/^notes +signed in /m);
    expect(text).toMatch(/^notes \(work\) +signed in /m);
    expect(text).not.toContain('not configured');
  });

  test('tells two namesakes apart', async () => {
    const { home, authorization, server, person } = await scene();
    const other = keep(await modernServer({ authorizationServers: [authorization] }));
    await person('auth login');
    const second = desk(configFile({ mcpServers: { notes: { url: other.mcpUrl } } }), home);
    await second.person('auth login');
    const listed = JSON.parse((await second.script('auth list --json')).stdout).servers;
    expect(Object.keys(listed)).toEqual(['notes', expect.stringMatching(/^notes~[0-9a-f]{8}$/)]);
    expect(Object.values(listed)).toMatchObject([{ url: server.mcpUrl }, { url: other.mcpUrl }]);
    const text = (await second.script('auth list')).stdout;
    expect(text).toContain(`notes at ${server.mcpUrl}`);
    expect(text).toContain(`notes at ${other.mcpUrl}`);
  });
});
