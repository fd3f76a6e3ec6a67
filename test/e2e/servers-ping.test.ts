// `servers ping`: every configured server at once.
import { expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { desk, errorOf, keep } from '../support/scene.ts';

async function several() {
  const [one, two] = [keep(await modernServer()), keep(await modernServer())];
  const away = await modernServer();
  await away.close();
  const mcpServers = {
    one: { url: one.mcpUrl },
    away: { url: away.mcpUrl },
    off: { url: away.mcpUrl, disabled: true },
    wrong: { url: 7 },
    two: { url: two.mcpUrl },
  };
  return { ...desk(configFile({ mcpServers })), mcpServers };
}

test('tells of each, in the order of the file, and fails as the first that failed', async () => {
  const { script } = await several();
  const result = await script('servers ping');
  expect(result.exit).toBe(5);
  const rows = result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(rows.map(([server, state]) => [server, state])).toEqual([
    ['SERVER', 'STATE'],
    ['one', 'ok'],
    ['away', 'refused'],
    ['off', 'disabled'],
    ['wrong', 'invalid'],
    ['two', 'ok'],
  ]);
  expect(rows[1]?.[2]).toMatch(/^\d+ ms$/);
});

test('in JSON one server that is named answers for itself', async () => {
  const { script } = await several();
  const { servers } = JSON.parse((await script('servers ping --json')).stdout);
  expect(Object.keys(servers)).toEqual(['one', 'away', 'off', 'wrong', 'two']);
  expect(servers.off).toEqual({ server: 'off', state: 'disabled' });
  const one = await script('servers ping one --json');
  expect(one.exit).toBe(0);
  expect(JSON.parse(one.stdout)).toEqual({
    server: 'one',
    state: 'ok',
    ms: expect.any(Number),
    protocol: expect.any(String),
  });
});

test('one that is switched off and named is a failure', async () => {
  const { script } = await several();
  const result = await script('servers ping off --json');
  expect(result.exit).toBe(3);
  expect(errorOf(result).code).toBe('disabled');
});

test('where nothing is configured there is nothing to fail', async () => {
  const result = await desk(configFile('{}')).script('servers ping');
  expect(result).toMatchObject({ exit: 0, stdout: 'No server is configured.\n' });
});
