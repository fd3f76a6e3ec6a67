// What a local server may send at once: as much as one on the network, and in time proportionate to it.
import { expect, test, vi } from 'vitest';
import { configFile } from '../support/home.ts';
import { desk } from '../support/scene.ts';
import { expectTold } from '../support/told.ts';

/** A server with one tool, whose answers have as many characters as its argument says. */
const SERVER = `
const results = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'n', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'much', inputSchema: { type: 'object' } }] }),
  'tools/call': ({ arguments: { size } }) => ({ content: [{ type: 'text', text: 'x'.repeat(size) }] }),
};
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write('a word for somebody else\\n');
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: results[method](params) }) + '\\n');
});
process.stdin.on('end', () => process.exit());
`;
const ask = (size: number) => ['--server', 'notes', 'tools', 'call', 'much', `size:=${size}`, '--json'];
const config = () =>
  configFile({ mcpServers: { notes: { command: process.execPath, args: ['-e', SERVER] } } });

test('an answer of twelve million characters arrives whole, and is put together once', async () => {
  const size = 12_000_000;
  const put = vi.spyOn(Buffer, 'concat');
  try {
    const { exit, stdout } = await desk(config()).script(ask(size));
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).content[0].text.length).toBe(size);
    const copied = put.mock.results.reduce((sum, { value }) => sum + (value as Buffer).byteLength, 0);
    expect(copied).toBeLessThan(2 * size);
  } finally {
    put.mockRestore();
  }
});

test('one that is larger than any good answer is refused, and said to be', async () => {
  const result = await desk(config()).script(ask(33 * 1024 * 1024));
  expectTold(result, { exit: 7, code: 'too_large', hint: 'ask for less', server: 'notes' });
});
