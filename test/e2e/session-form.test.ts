// In a session: a form where a call lacks its arguments, and an answer that is taller than the screen. Needs dist.
import { afterEach, expect, test } from 'vitest';
import { hostileServer, toolOf } from '../support/hostile-server.ts';
import { notes } from '../support/person.ts';
import { keep } from '../support/scene.ts';
import { KEY } from '../support/store.ts';
import { ptyCli, type Terminal } from '../support/terminal.ts';

/** readline clears what is below, then writes the prompt. */
const PROMPT = /\[0J> /;

const terminals: Terminal[] = [];
afterEach(() => {
  for (const each of terminals.splice(0)) each.kill();
});

test('a form asks for what a call lacks, and a long answer comes a screen at a time', async () => {
  const inputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const text = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
  const tools = [toolOf('pages', { inputSchema }), toolOf('bare')];
  const server = keep(await hostileServer({ tools, result: { content: [{ type: 'text', text }] } }));
  const at = ptyCli(['--config-file', notes({ url: server.mcpUrl }), '--server', 'notes'], {
    env: { MCP_CLI_ENCRYPTION_KEY: KEY },
  });
  terminals.push(at);
  const called = () =>
    server.log.flatMap(({ json }) => {
      const { method, params } = (json ?? {}) as { method?: string; params?: { arguments?: unknown } };
      return method === 'tools/call' ? [params?.arguments] : [];
    });
  await at.seen(PROMPT);

  at.type('/call pages\r');
  await at.seen(/Escape leaves without a call/);
  await at.seen(/whole number/);
  at.type('7\r');
  await at.seen(/The same call again:\r\n {3}mcp-cli .*--server notes tools call pages n=7\r\n/);
  await at.seen(/What now\?/);
  expect(called()).toEqual([]);
  at.type('\r');
  await at.seen(/line 0\r\n/);
  await at.seen(/-- more --/);
  at.type('q');
  await at.seen(PROMPT);
  expect(called()).toEqual([{ n: 7 }]);
  expect(at.shown()).not.toContain('line 99');

  // There is nothing to ask for: it is called, and shown to its end.
  at.type('/call bare\r');
  for (let page = 0; page < 3; page++) {
    await at.seen(/-- more --/);
    at.type('\r');
  }
  await at.seen(/line 99\r\n/);
  await at.seen(PROMPT);
  at.type('\x04');
  expect((await at.done).exit).toBe(0);
});
