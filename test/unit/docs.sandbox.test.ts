// docs/sandbox.md lists the faults as the program does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/sandbox/faults.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/sandbox.md'), 'utf8');

test('every fault has its row, word for word, and every row its fault', () => {
  const [, deviations = '', attacks = ''] = page.split(/^### .*$/m);
  const rows = (part: string) =>
    [...part.matchAll(/^\| `([a-z0-9-]+)` *\| (.*?) *\| (.*?) *\|$/gm)].map(([, ...cells]) => cells);
  const of = (kind: string) =>
    FAULTS.filter((fault) => fault.kind === kind).map(({ name, does, wants }) => [name, does, wants]);
  expect(rows(deviations)).toEqual(of('deviation'));
  expect(rows(attacks)).toEqual(of('attack'));
});
