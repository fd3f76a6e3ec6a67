// `--server a,b`: asked side by side, told apart, and the first that failed is the exit.
import { describe, expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { walkingBrowser } from '../support/browser.ts';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

/** `open` asks nobody, `locked` wants a sign-in, `away` is down, `off` is disabled, `local` is on stdio. */
async function street() {
  const authorization = keep(await authorizationServer());
  const open = keep(await modernServer());
  const locked = keep(await modernServer({ authorizationServers: [authorization] }));
  const away = await modernServer();
  await away.close();
  const config = configFile({
    mcpServers: {
      open: { url: open.mcpUrl },
      locked: { url: locked.mcpUrl },
      away: { url: away.mcpUrl },
      off: { url: open.mcpUrl, disabled: true },
      local: { command: 'node' },
    },
  });
  return { authorization, open, locked, away, ...desk(config) };
}

const NAMES = ['echo', 'add', 'slow', 'fail', 'admin'];
const names = (tools: { name: string }[]) => tools.map(({ name }) => name);
const AWAY = { code: 'refused', server: 'away' };
const LOCKED = { code: 'login_required', server: 'locked' };
/** The failures on stderr, which is one line of JSON. */
const failures = (stderr: string) => {
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stderr) as { error: object; errors?: object[] };
};

describe('tools list', () => {
  test('is one document with a member for each, in the order they were named', async () => {
    const { open, person } = await street();
    const browser = walkingBrowser();
    const result = await person(`tools list --json --server locked,${open.mcpUrl},open`, { browser });
    expect(result.exit).toBe(0);
    const { servers, ...rest } = JSON.parse(result.stdout);
    expect(rest).toEqual({});
    expect(Object.keys(servers)).toEqual(['locked', open.mcpUrl, 'open']);
    for (const each of Object.values(servers) as { tools: { name: string }[] }[]) {
      expect(Object.keys(each)).toEqual(['tools']);
      expect(names(each.tools)).toEqual(NAMES);
    }
    expect(browser.opened).toHaveLength(1);
  });

  test.each([
    ['away,locked,open', 5, [AWAY, LOCKED]],
    ['open,locked,away', 4, [LOCKED, AWAY]],
    ['off,open,away', 3, [{ code: 'disabled', server: 'off' }, AWAY]],
    ['nobody,open,away', 2, [{ code: 'unknown_server', server: 'nobody' }, AWAY]],
  ])('of %s: all are tried, and exit %i is that of the first failure', async (servers, exit, told) => {
    const { script } = await street();
    const result = await script(`tools list --json --server ${servers}`);
    expect(result.exit).toBe(exit);
    const shown = JSON.parse(result.stdout).servers;
    expect(Object.keys(shown)).toEqual(servers.split(','));
    expect(names(shown.open.tools)).toEqual(NAMES);
    for (const each of told) expect(shown[each.server]).toEqual({ error: expect.objectContaining(each) });
    expect(failures(result.stderr)).toMatchObject({ error: told[0] ?? {}, errors: told });
  });

  test('in ndjson every line says whose it is', async () => {
    const { script } = await street();
    const result = await script('tools list --format ndjson --server away,open');
    const lines = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    // Whoever answers first comes first.
    expect(lines.filter(({ error }) => error)).toEqual([
      { server: 'away', error: expect.objectContaining(AWAY) },
    ]);
    expect(lines.flatMap(({ server, tool }) => (tool ? [[server, tool.name]] : []))).toEqual(
      NAMES.map((name) => ['open', name]),
    );
    expect(failures(result.stderr)).toEqual({ error: expect.objectContaining(AWAY) });
  });

  test('for a person each table has its heading, and each failure its server', async () => {
    const { open, away, script } = await street();
    const result = await script(`tools list --server open,away,${open.mcpUrl}`);
    expect(result.exit).toBe(5);
    const table = (await script('tools list open')).stdout;
    expect(result.stdout).toBe(`open (5)\n${table}\n${open.mcpUrl} (5)\n${table}`);
    expect(result.stderr).toBe(
      `error: away: the MCP server at ${away.url} refused the connection\nhint: is a server running there? Check mcpServers.away.url\n`,
    );
    const both = await script('tools list locked away');
    expect(both).toMatchObject({ exit: 4, stdout: '' });
    expect(both.stderr).toMatch(
      /^error: sign-in needed for locked\nhint: .+\nerror: away: .+ refused the connection\nhint: .+\n$/,
    );
  });

  test('a name that is said twice is one server, and its plain result', async () => {
    const { open, script } = await street();
    const { stdout } = await script('tools list open --json');
    const before = open.calls('tools/list');
    for (const line of ['--server open,open', '--server open --server open', 'open open', 'open,open'])
      expect(await script(`tools list --json ${line}`)).toMatchObject({ exit: 0, stdout });
    expect(open.calls('tools/list') - before).toBe(4);
    const twice = await script('tools list --json --server away,open,away');
    expect(Object.keys(JSON.parse(twice.stdout).servers)).toEqual(['away', 'open']);
    expect(failures(twice.stderr)).toEqual({ error: expect.objectContaining(AWAY) });
  });
});

describe('ping', () => {
  test('tells each server, and the one that is away', async () => {
    const { script } = await street();
    const json = await script('ping --json --server open,away');
    expect(json.exit).toBe(5);
    expect(JSON.parse(json.stdout)).toEqual({
      servers: {
        open: { server: 'open', ms: expect.any(Number), protocol: '2026-07-28' },
        away: { server: 'away', error: expect.objectContaining(AWAY) },
      },
    });
    const text = await script('ping --server locked,open,away');
    expect(text.exit).toBe(4);
    expect(text.stdout).toMatch(/^SERVER +TIME +PROTOCOL\nopen +\d+ ms +2026-07-28\n$/);
    expect(text.stderr).toMatch(/^error: sign-in needed for locked\nhint: .+\nerror: away: .+\nhint: .+\n$/);
  });

  test('with nobody there prints no empty table', async () => {
    const { script } = await street();
    expect(await script('ping --server away,locked')).toMatchObject({ exit: 5, stdout: '' });
  });
});

describe('auth status', () => {
  test('tells each server without asking one', async () => {
    const { authorization, open, locked, person, script } = await street();
    await person('auth login locked');
    const asked = [authorization, open, locked].map(({ log }) => log.length);
    const good = await script('auth status --json --server locked,local');
    expect(good).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(good.stdout).servers).toMatchObject({
      locked: { server: 'locked', state: 'signed_in' },
      local: { server: 'local', state: 'stdio' },
    });
    const mixed = await script('auth status --json --server locked,away,nobody');
    expect(mixed.exit).toBe(4);
    expect(JSON.parse(mixed.stdout).servers).toMatchObject({
      locked: { state: 'signed_in' },
      away: { server: 'away', state: 'signed_out' },
      nobody: { server: 'nobody', state: 'error', error: { code: 'unknown_server' } },
    });
    expect(failures(mixed.stderr).errors).toMatchObject([
      { code: 'login_required', server: 'away' },
      { code: 'unknown_server', server: 'nobody' },
    ]);
    expect([authorization, open, locked].map(({ log }) => log.length)).toEqual(asked);
  });

  test('for a person is one table, and names the one that failed', async () => {
    const { person, script } = await street();
    await person('auth login locked');
    const result = await script('auth status locked away');
    expect(result.exit).toBe(4);
    expect(result.stdout).toMatch(/^SERVER .*\nlocked +signed in .*\naway +not signed in\n$/);
    expect(result.stderr).toMatch(
      /^error: away is not signed in, which it may not need\nhint: .*auth login away\nhint: .*\n$/,
    );
  });
});

describe('tools call', () => {
  test.each(['open,locked', 'locked,open'])('works on one server: of %s none is asked', async (servers) => {
    const { open, locked, script } = await street();
    const result = await script(`tools call echo text=x --json --server ${servers}`);
    expect(result.exit).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: 'one_server',
      hint: `choose one with --server: ${servers.replace(',', ', ')}`,
    });
    expect([open.log, locked.log]).toEqual([[], []]);
  });

  test('of a name that is said twice calls once', async () => {
    const { open, script } = await street();
    expect(await script('tools call echo text=x --server open,open')).toMatchObject({
      exit: 0,
      stdout: 'x\n',
    });
    expect(open.calls('tools/call')).toBe(1);
  });
});
