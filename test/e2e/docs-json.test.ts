// docs/scripts.md shows JSON of every command: here it is held against what the commands print.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonScene } from '../support/json-scene.ts';
import { leaves } from '../support/leaves.ts';
import { lineOf, schemaFor, violations } from '../support/schemas.ts';
import { difference, examplesOf } from '../support/shape.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scripts.md'), 'utf8');
const examples = examplesOf(page);

/** Of `help`, of what a shell or a client reads, and of the program that `auth exec` runs there is no JSON. */
const ELSEWHERE = ['auth exec', 'completion', 'help', 'proxy'];
/** It takes a minute: its own test holds it against the page. */
const DEMO = 'demo --json';

test('every command is on the page', async () => {
  const shown = examples.map(({ line }) => line.replace(/--server \S+ /, ''));
  const missing = (await leaves())
    .map((path) => path.join(' '))
    .filter((command) => !ELSEWHERE.includes(command) && !shown.some((line) => line.startsWith(command)));
  expect(missing).toEqual([]);
});

test('every document has the keys and the types that the page shows, and fits its schema', async () => {
  const run = await jsonScene();
  expect(examples.length).toBeGreaterThan(25);
  const wrong: string[] = [];
  for (const { line, json } of examples.filter((each) => each.line !== DEMO)) {
    const result = await run(line.split(' '));
    const document = JSON.parse(result.stdout || 'null');
    const told = difference(JSON.parse(json), document);
    if (told !== undefined) wrong.push(`${line}: ${told}`);
    for (const why of violations(schemaFor(line.split(' ')) ?? '', document)) wrong.push(`${line}: ${why}`);
  }
  expect(wrong).toEqual([]);
});

/** Of several things, and changes none of them: a line for each, and a failure is a line as well. */
const LISTS = [
  'auth status',
  'auth list',
  'auth doctor away',
  'tools list notes',
  'tools list notes away',
  'resources list notes away',
  'resources templates notes away',
  'prompts list notes away',
  'skills list notes away',
  'ping notes away',
  'servers list',
  'token list',
  'token backends',
  'token migrate --to encrypted --dry-run',
  'sandbox --list-faults',
  '--server notes prompts get review --complete style=sh',
];

test('every line of ndjson is what its schema says', async () => {
  const run = await jsonScene();
  await run(['auth', 'login', 'notes']);
  await run(['token', 'set', 'weather']);
  const wrong: string[] = [];
  for (const line of LISTS) {
    const words = [...line.split(' '), '--format', 'ndjson'];
    const told = (await run(words)).stdout.trimEnd().split('\n');
    const schema = lineOf(schemaFor(words) ?? '');
    wrong.push(
      ...told.flatMap((each) => violations(schema, JSON.parse(each)).map((why) => `${line}: ${why}`)),
    );
    if (!schema.endsWith('line')) wrong.push(`${line}: its schema says nothing of lines`);
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
