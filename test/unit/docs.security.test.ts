// The page for a security reviewer names the tests that show what it says: they have to be there.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const root = new URL('../', import.meta.url);

test('every test that it names exists', () => {
  const named = [...page.matchAll(/`((?:e2e|unit|contract)\/[\w.-]+)`/g)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !existsSync(new URL(`${name}.test.ts`, root)))).toEqual([]);
});

test('every law names a test', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (-+|it|they) +\|/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !/`(?:e2e|unit|contract)\//.test(row.split('|').at(-2) ?? ''))).toEqual([]);
});

test('every attacker has what is accepted', () => {
  const [, ...sections] = page.split('\n## ');
  expect(
    sections.filter((text) => !text.includes('\nAccepted: ')).map((text) => text.split('\n')[0]),
  ).toEqual([]);
});
