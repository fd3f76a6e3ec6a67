// `mcp-cli proxy` over time: memory, a slow reader, latency, one grant for several processes.
import { expect, test } from 'vitest';
import { authorizationServer } from '../support/authorization-server.ts';
import { newerClient, olderClient, piped } from '../support/bridge.ts';
import { expiredHome, KEY, leftovers } from '../support/expired.ts';
import { configFile, newHome } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { spawnCli } from '../support/process.ts';
import { quickServer } from '../support/quick-server.ts';
import { keep } from '../support/scene.ts';

const MESSAGES = 5_000;

test(`${MESSAGES} messages later it needs no more memory`, { timeout: 120_000 }, async () => {
  const server = await quickServer({ content: [{ type: 'text', text: 'x'.repeat(500) }] });
  const config = configFile({ mcpServers: { notes: { url: server.url } } });
  const { child, done, seen } = spawnCli(['--config-file', config, 'proxy', 'notes'], {
    home: newHome(),
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
    keepsInput: true,
    node: ['--expose-gc', '--import', new URL('../support/heap.mjs', import.meta.url).pathname],
  });
  const heap = async () => {
    child.kill('SIGUSR2');
    await seen(/heap \d+\n/);
    return used;
  };
  let used = 0;
  let answers = 0;
  let wake = () => {};
  child.stderr?.on('data', (text: string) => {
    for (const [, bytes] of text.matchAll(/heap (\d+)/g)) used = Number(bytes);
  });
  child.stdout?.on('data', (text: string) => {
    answers += text.split('\n').length - 1;
    wake();
  });
  const send = (message: object) => child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const until = async (count: number) => {
    while (answers < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  send({ id: 0, method: 'initialize', params });
  await until(1);
  let sent = 1;
  const round = async (count: number) => {
    for (const end = sent + count; sent < end; ) {
      for (let batch = 0; batch < 50 && sent < end; batch++) send({ id: sent++, method: 'acme/do' });
      await until(sent);
    }
  };
  await round(1_500);
  const before = await heap();
  await round(MESSAGES);
  const grown = (await heap()) - before;
  child.stdin?.end();
  expect((await done).exit).toBe(0);
  // A request that is kept takes more than a kilobyte.
  expect(grown).toBeLessThan(MESSAGES * 400);
});

test('a reader that does not read stops what comes from the server', async () => {
  const big = 'x'.repeat(1024 * 1024);
  const server = await quickServer({ big });
  const config = configFile({ mcpServers: { notes: { url: server.url } } });
  const client = piped({ home: newHome(), config });
  await client.greet();
  client.output.pause();
  const all = Array.from({ length: 40 }, (_, index) => client.ask('acme/do', {}, index + 100));
  // Until nothing more comes.
  let written = 0;
  for (let same = 0; same < 6; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = client.output.readableLength + client.output.writableLength;
    same = now > 0 && now === written ? same + 1 : 0;
    written = now;
  }
  expect(written).toBeLessThan(20 * big.length);
  client.output.resume();
  expect(await Promise.all(all)).toHaveLength(40);
});

test('two bridges and a command at once on one expired grant: one refresh', { timeout: 60_000 }, async () => {
  const authorization = keep(await authorizationServer());
  const server = keep(await modernServer({ authorizationServers: [authorization] }));
  const config = configFile({ mcpServers: { notes: { url: server.mcpUrl } } });
  const home = await expiredHome(authorization, config, { looksFresh: false });
  const before = authorization.log.length;
  const [first, second, command] = await Promise.all([
    newerClient({ home, config }),
    olderClient({ home, config }),
    spawnCli(['--config-file', config, '--server', 'notes', 'tools', 'list', '--json'], {
      home,
      env: { MCP_CLI_ENCRYPTION_KEY: KEY, CI: 'true' },
    }).done,
  ]);
  expect(command.exit).toBe(0);
  expect((await first.client.listTools()).tools).toHaveLength(5);
  expect((await second.client.listTools()).tools).toHaveLength(5);
  expect(authorization.log.slice(before).map(({ path }) => path)).toEqual([authorization.paths.token]);
  // And again while they run: the token is refused everywhere.
  authorization.forgetAccessTokens();
  const [again, other] = await Promise.all([first.client.listTools(), second.client.listTools()]);
  expect([again.tools.length, other.tools.length]).toEqual([5, 5]);
  expect(authorization.log.slice(before).map(({ path }) => path)).toEqual([
    authorization.paths.token,
    authorization.paths.token,
  ]);
  expect(leftovers(home)).toEqual([]);
});
