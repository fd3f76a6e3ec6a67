// Bytecode that is found is run. Needs dist (npm run build).
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome } from '../support/home.ts';
import { spawnCli } from '../support/process.ts';

const cached = (home: string) => {
  const path = join(home, '.mcp_cli/compile-cache');
  return existsSync(path) && readdirSync(path).length > 0;
};

async function start(home: string): Promise<void> {
  expect(await spawnCli(['--version'], { home }).done).toMatchObject({ exit: 0 });
}

function used(mode = 0o700): string {
  const home = newHome();
  mkdirSync(join(home, '.mcp_cli'));
  chmodSync(join(home, '.mcp_cli'), mode);
  return home;
}

test('compiled code is kept in our own folder, where Node can keep it', async () => {
  const home = used();
  await start(home);
  expect(cached(home)).toBe('enableCompileCache' in module);
});

test('nothing is left behind where the program has not been used', async () => {
  const home = newHome();
  await start(home);
  expect(existsSync(join(home, '.mcp_cli'))).toBe(false);
});

test.each([0o770, 0o707, 0o777])('never in a folder that others can write (%o)', async (mode) => {
  const home = used(mode);
  await start(home);
  expect(cached(home)).toBe(false);
});

test('never through a link, nor in a cache that others can write', async () => {
  const elsewhere = newHome();
  const linked = used();
  symlinkSync(elsewhere, join(linked, '.mcp_cli/compile-cache'));
  await start(linked);
  expect(readdirSync(elsewhere)).toEqual([]);

  const open = used();
  mkdirSync(join(open, '.mcp_cli/compile-cache'));
  chmodSync(join(open, '.mcp_cli/compile-cache'), 0o777);
  await start(open);
  expect(cached(open)).toBe(false);
});
