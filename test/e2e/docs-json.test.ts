// docs/scripts.md shows JSON of every command: here it is held against what the commands print.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonScene } from '../support/json-scene.ts';
import { leaves } from '../support/leaves.ts';
import { difference } from '../support/shape.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scripts.md'), 'utf8');

/** `$ mcp-cli …` and the document below it, in the order of the page. */
const examples = [...page.matchAll(/^```text\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.split(/^\$ mcp-cli /m).slice(1))
  .map((text) => {
    const [line = '', ...rest] = text.split('\n');
    return { line, json: rest.join('\n') };
  });

/** Of `help`, of what a shell reads and of the program that `auth exec` runs there is no JSON; `demo` takes a minute, and has its own test. */
const ELSEWHERE = ['auth exec', 'completion', 'demo', 'help'];

test('every command is on the page', async () => {
  const shown = examples.map(({ line }) => line.replace(/--server \S+ /, ''));
  const missing = (await leaves())
    .map((path) => path.join(' '))
    .filter((command) => !ELSEWHERE.includes(command) && !shown.some((line) => line.startsWith(command)));
  expect(missing).toEqual([]);
});

test('every document has the keys and the types that the page shows', async () => {
  const run = await jsonScene();
  expect(examples.length).toBeGreaterThan(25);
  const wrong: string[] = [];
  for (const { line, json } of examples) {
    const result = await run(line.split(' '));
    const told = difference(JSON.parse(json), JSON.parse(result.stdout || 'null'));
    if (told !== undefined) wrong.push(`${line}: ${told}`);
  }
  expect(wrong).toEqual([]);
});

test('a failure has the keys that the page shows', async () => {
  const shown = /^```json\n(\{\s*"error"[\s\S]*?)^```/m.exec(page)?.[1] ?? '';
  const run = await jsonScene();
  const { stdout, stderr } = await run(['tools', 'list', 'notes', '--json']);
  expect(stdout).toBe('');
  expect(difference(JSON.parse(shown), JSON.parse(stderr))).toBeUndefined();
  const two = JSON.parse((await run(['tools', 'list', 'notes', 'away', '--json'])).stderr);
  expect(difference({ ...JSON.parse(shown), errors: [two.error] }, two)).toBeUndefined();
});
