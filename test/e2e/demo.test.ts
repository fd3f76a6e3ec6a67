// The story that a newcomer sees, as the processes that they would start.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chromiumMissing, chromiumPath } from '../support/chromium.ts';
import { type ProcessOptions, spawnCli } from '../support/process.ts';
import { errorOf } from '../support/scene.ts';
import { difference, examplesOf } from '../support/shape.ts';

type Step = { title: string; command: string; facts: string[]; ms: number };

/** Twice the life of a token, and twenty processes on a busy machine. */
const LONG = 300_000;

function demo(words: string[], options: ProcessOptions = {}) {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'demo-test-'));
  // Processes of the demo print tokens to the demo alone.
  const running = spawnCli(['demo', ...words], { ...options, env: { ...options.env, TMPDIR } });
  return { ...running, left: () => readdirSync(TMPDIR) };
}

const click = JSON.stringify(join(import.meta.dirname, '../support/click-allow.mjs'));

test(
  'every step happens, without a browser and without a question, and nothing is left',
  async () => {
    const { done, left } = demo(['--json']);
    const { exit, stdout, stderr } = await done;
    expect(stderr).toBe('');
    expect(exit).toBe(0);
    const told = JSON.parse(stdout) as { url: string; consent: string; steps: Step[] };
    expect(told.consent).toBe('demo');
    expect(told.steps).toHaveLength(8);
    expect(told.steps.every(({ command, facts }) => command.startsWith('mcp-cli ') && facts.length > 0)).toBe(
      true,
    );
    const page = readFileSync(join(import.meta.dirname, '../../docs/scripts.md'), 'utf8');
    const { json = '' } = examplesOf(page).find(({ line }) => line === 'demo --json') ?? {};
    expect(difference(JSON.parse(json), told)).toBeUndefined();
    await expect(fetch(told.url)).rejects.toThrow();
    expect(left()).toEqual([]);
  },
  LONG,
);

describe.skipIf(chromiumMissing)(`in a browser${chromiumMissing ? ` (${chromiumMissing})` : ''}`, () => {
  test(
    'a click on Allow brings the session up',
    async () => {
      const browser = `"${process.execPath}" ${click} ${chromiumPath}`;
      const { done, left } = demo(['--format', 'ndjson'], { env: { BROWSER: browser } });
      const { exit, stdout } = await done;
      const steps = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Step);
      expect(steps.map(({ title }) => title)).toContain('Call a tool');
      expect(exit).toBe(0);
      expect(left()).toEqual([]);
    },
    LONG,
  );
});

test.each([
  ['no-registration', 'the sign-in succeeded'],
  ['denies', 'the sign-in succeeded'],
  ['never-401', 'the server refused a request without a token'],
])('a server that is wrong (%s) fails the step that it breaks', async (fault, step) => {
  const { done, left } = demo(['--fault', fault, '--json']);
  const result = await done;
  expect(result.exit).toBe(1);
  expect(errorOf(result)).toMatchObject({ code: 'step_failed', message: `a step did not happen: ${step}` });
  expect(left()).toEqual([]);
});

test('an unknown fault is named before anything begins', async () => {
  const { exit, stderr } = await demo(['--fault', 'denied']).done;
  expect(exit).toBe(1);
  expect(stderr).toContain('denied');
  expect(stderr).toContain('denies');
});

test('Ctrl-C in the middle takes the server and the folder along', async () => {
  const { child, seen, done, left } = demo([]);
  await seen(/2\. Sign in/);
  child.kill('SIGINT');
  const { exit, stdout } = await done;
  expect(exit).toBe(130);
  const [url = ''] = stdout.match(/http:\/\/127\.0\.0\.1:\d+\/mcp/) ?? [];
  await expect(fetch(url)).rejects.toThrow();
  expect(left()).toEqual([]);
});
