// docs/interop.md speaks of what is there: every counterpart of the suite has a row, and every row a counterpart.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/interop.md'), 'utf8');
const named = [...page.matchAll(/`((?:test|src)\/[\w./-]+)`/g)].map(([, path = '']) => path);

test('every row names a counterpart that there is', () => {
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every counterpart has a row', () => {
  const servers = readdirSync(join(root, 'test/support')).filter((name) => /-server\.(?:ts|mjs)$/.test(name));
  // What several of them are made of.
  const parts = ['mcp-server.ts'];
  const missing = servers.filter((name) => !parts.includes(name) && !named.includes(`test/support/${name}`));
  expect(missing).toEqual([]);
});
