// What a command loads: a server for teaching and testing costs those nothing who use another one. Needs dist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { keep } from '../support/scene.ts';

const probe = new URL('../support/loaded.mjs', import.meta.url).href;

/** The modules of this package's own rooms, and of the packages, that a command loaded. */
async function loadedBy(words: string[]): Promise<{ exit: number; loaded: string[] }> {
  const file = join(newHome(), 'loaded');
  const env = { NODE_OPTIONS: `--import=${probe}`, LOADED_MODULES: file };
  const { exit } = await spawnCli(words, { env }).done;
  const loaded = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return { exit, loaded: loaded.map((line) => line.split(' ')[0] ?? '') };
}

const ofServer = /\/modelcontextprotocol-(server|node)-|\/dist\/(sandbox|demo)-/;

test.each([
  [['--help'], 0],
  [['--version'], 0],
  [['auth', 'status'], 0],
  [['servers', 'list'], 0],
  [['tools', 'list'], 0],
  [['tools', 'call', 'echo', 'text=hello'], 0],
  [['tools', 'call', 'ech'], 2],
])('%j loads nothing of the sandbox', async (words, exit) => {
  const server = keep(await modernServer());
  const found = await loadedBy(['--config-file', notes({ url: server.mcpUrl }), ...words]);
  expect(found.exit).toBe(exit);
  expect(found.loaded.length).toBeGreaterThan(2);
  expect(found.loaded.filter((url) => ofServer.test(url))).toEqual([]);
  const isAtServer = words[0] === 'tools';
  expect(found.loaded.some((url) => url.includes('/dist/modelcontextprotocol-core-'))).toBe(isAtServer);
});

test('the sandbox does, so the others would be seen to', async () => {
  const { exit, loaded } = await loadedBy(['sandbox', '--list-faults']);
  expect(exit).toBe(0);
  expect(loaded.filter((url) => /\/dist\/sandbox-/.test(url))).not.toEqual([]);
});
