// docs/sandbox.md lists the faults as the program does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/sandbox/faults.ts';
import { openNotebook } from '../../src/sandbox/resource/notes.ts';
import { addTools } from '../../src/sandbox/resource/tools.ts';

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

test('every tool is named, and what is named is there', () => {
  const tools: string[] = [];
  const server = { registerTool: (name: string) => void tools.push(name) };
  addTools(server as unknown as Parameters<typeof addTools>[0], openNotebook(), () => {});
  const [, listed = ''] = /^- Tools: ([\s\S]*?)\. Resources/m.exec(page) ?? [];
  const named = [...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(tools.sort());
});
