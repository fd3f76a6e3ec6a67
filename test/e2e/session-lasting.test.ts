// A session that lasts: thousands of lines leave nothing behind, whatever becomes of them.
import { expect, test } from 'vitest';
import { configFile } from '../support/home.ts';
import { spawnCli } from '../support/process.ts';
import { quickServer } from '../support/quick-server.ts';

/** Compiled code comes and goes, and takes more than what is looked for. */
const UNCOMPILED = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];
const PROBE = new URL('../support/heap.mjs', import.meta.url).pathname;

const TOOL = { name: 'say', inputSchema: { type: 'object', properties: { count: { type: 'number' } } } };
const RESULT = { tools: [TOOL], content: [{ type: 'text', text: 'said it' }] };

/** One that calls, one that asks for something else, one that fails before anything is asked. */
const LINES = ['/call say count=1', '/ping', '/call say count=many'];
/** Rounds before it is looked at first: as many calls are remembered, for `/toolhistory`. */
const WARM = 1000;
const MEASURED = 800;

test('the memory of a session does not grow with its lines', { timeout: 120_000 }, async () => {
  const server = await quickServer(RESULT, { tools: {} });
  const config = configFile({ mcpServers: { notes: { url: server.url, protocol: 'legacy' } } });
  const { child, done, seen } = spawnCli(['--config-file', config, '--server', 'notes'], {
    keepsInput: true,
    node: ['--expose-gc', ...UNCOMPILED, '--import', PROBE],
  });
  let ends = 0;
  let wake = () => {};
  // What is said to the last line of each round.
  child.stderr?.on('data', (text: string) => {
    ends += text.split('must be a number').length - 1;
    wake();
  });
  const rounds = async (count: number) => {
    const end = ends + count;
    child.stdin?.write(`${LINES.join('\n')}\n`.repeat(count));
    while (ends < end)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  const heap = async (looks: number) => {
    child.kill('SIGUSR2');
    await seen(new RegExp(`(?:heap \\d+\\n[\\s\\S]*){${looks}}`));
  };
  await rounds(WARM);
  await heap(1);
  await rounds(MEASURED);
  await heap(2);
  child.stdin?.end();
  const { stdout, stderr } = await done;
  expect(stdout.split('said it').length - 1).toBe(WARM + MEASURED);
  const [before = 0, after = 0] = [...stderr.matchAll(/heap (\d+)/g)].map(([, bytes]) => Number(bytes));
  // Bytes. A listener that stays on the signal of all lines is more, even where one line in three leaves one.
  expect((after - before) / (MEASURED * LINES.length)).toBeLessThan(150);
});
