// The command itself, as a process.
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/sandbox/faults.ts';
import { runCli } from '../support/cli.ts';
import { spawnCli } from '../support/process.ts';
import { expectTold } from '../support/told.ts';

test('serves until it is told to stop, and leaves no port', async () => {
  const { child, seen, done } = spawnCli(['sandbox', '--approve']);
  await seen(/Ctrl-C ends it/);
  child.kill('SIGINT');
  const { exit, stdout } = await done;
  expect(exit).toBe(0);
  const [mcp = ''] = stdout.match(/http:\/\/127\.0\.0\.1:\d+\/mcp/) ?? [];
  expect(stdout).toContain(`mcp-cli --server ${mcp} tools list`);
  expect(stdout).toContain('to learn and to test with');
  await expect(fetch(mcp)).rejects.toThrow();
});

test('tells scripts where it is and each request, a line each, and no secret', async () => {
  const { child, seen, done } = spawnCli(['sandbox', '--json', '--split', '--fault', 'wrong-iss,denies']);
  await seen(/\n/);
  child.kill('SIGTERM');
  const { exit, stdout } = await done;
  expect(exit).toBe(0);
  const told = JSON.parse(stdout.split('\n')[0] ?? '') as Record<string, unknown>;
  expect(told).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
    authorization: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    faults: ['wrong-iss', 'denies'],
  });
  expect(String(told.url).startsWith(String(told.authorization))).toBe(false);
});

test('lists its faults, each once, each with what it does and what is wanted', async () => {
  const { exit, stdout } = await runCli(['sandbox', '--list-faults', '--json']);
  expect(exit).toBe(0);
  const { faults } = JSON.parse(stdout) as { faults: Record<string, string>[] };
  expect(new Set(faults.map(({ name }) => name)).size).toBe(FAULTS.length);
  for (const fault of faults) {
    expect(Object.keys(fault)).toEqual(['name', 'kind', 'does', 'wants']);
    expect(fault.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const sentence of [fault.does, fault.wants]) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
  const text = await runCli(['sandbox', '--list-faults']);
  expect(text.stdout).toContain('rotation-lost');
});

test.each([
  [
    'an unknown fault',
    ['--fault', 'wrong-is'],
    { code: 'unknown_fault', exit: 2, says: 'wrong-is', hint: 'wrong-iss' },
  ],
  [
    'a lifetime that is none',
    ['--access-lifetime', 'soon'],
    { code: 'invalid_argument', exit: 2, hint: '30s' },
  ],
  ['a port that is none', ['--port', '70000'], { code: 'invalid_argument', exit: 2, hint: '65535' }],
])('%s is refused', async (_, words, told) => {
  expectTold(await runCli(['sandbox', ...words, '--json']), told);
});

test('a port in use is refused', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const result = await runCli(['sandbox', '--port', String(port), '--json']);
  other.close();
  expectTold(result, { code: 'port_in_use', exit: 3, says: String(port), hint: '--port' });
});
