// docs/conformance.md names tests and scenarios: each of them exists, and every duty is there once.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTestOf, namedScenarios, namedTests } from '../conformance/page.mjs';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/conformance.md');
const checks = JSON.parse(read('test/conformance/checks.json')) as { scenarios: Record<string, string[]> };

test('every test that the page names exists', () => {
  const tests = namedTests(page);
  expect(tests.length).toBeGreaterThan(150);
  const missing = tests.filter(
    ({ file, title }) => !existsSync(join(root, file)) || !isTestOf(read(file), title),
  );
  expect(missing).toEqual([]);
});

test('every scenario that the page names is one of the suite', () => {
  const named = namedScenarios(page);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((scenario) => !(scenario in checks.scenarios))).toEqual([]);
});

test('every duty has a row, and every row something that shows it', () => {
  const [, duties = ''] = page.split(/^## (?:The duties|Faults .*)$/m);
  const rows = duties.split('\n').filter((line) => /^\| *\d/.test(line));
  expect(rows.filter((row) => namedTests(row).length + namedScenarios(row).length === 0)).toEqual([]);
  const numbers = [...duties.matchAll(/^\| *(\d[\d, ]*?) *\|/gm)]
    .flatMap(([, cell = '']) => cell.split(', ').map(Number))
    .sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 82 }, (_, index) => index + 1));
});

test('a title is found only where it is one', () => {
  expect(isTestOf("test('is it', () => {});", 'is it')).toBe(true);
  expect(isTestOf("test('it is not, is it', () => {});", 'is it')).toBe(false);
  expect(namedTests('`e2e/a` “x %s y”; `unit/b.c` “z”')).toEqual([
    { file: 'test/e2e/a.test.ts', title: 'x %s y' },
    { file: 'test/unit/b.c.test.ts', title: 'z' },
  ]);
});
