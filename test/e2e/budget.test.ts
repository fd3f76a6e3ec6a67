// What a command costs that does not depend on the machine's mood: files and bytes of code, and requests. Needs dist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { newHome } from '../support/home.ts';
import { modernServer } from '../support/modern-server.ts';
import { notes } from '../support/person.ts';
import { spawnCli } from '../support/process.ts';
import { keep, scene } from '../support/scene.ts';
import { KEY } from '../support/store.ts';

type Budget = { files: number; bytes: number; requests: number };

const probe = new URL('../support/loaded.mjs', import.meta.url).href;
const budgets: Record<string, Budget> = JSON.parse(
  readFileSync(new URL('../support/budget.json', import.meta.url), 'utf8'),
);
const found: Record<string, Budget> = {};

/** Of commands that want a sign-in: with a token that is fresh, and a server that is known. */
const SIGNED_IN = /^auth token|signed in$/;

async function cost(line: string): Promise<Budget> {
  const words = line.replace(/, signed in$/, '').split(' ');
  if (!SIGNED_IN.test(line)) {
    const server = keep(await modernServer());
    const argv = ['--config-file', notes({ url: server.mcpUrl }), ...words];
    const whole = words[0]?.startsWith('-') ? words : argv;
    const { files, bytes } = await loaded(whole, newHome());
    return { files, bytes, requests: server.log.length };
  }
  const { person, home, config, server, authorization } = await scene();
  expect((await person('tools list')).exit).toBe(0);
  const asked = () => server.log.length + authorization.log.length;
  const before = asked();
  const { files, bytes } = await loaded(['--config-file', config, ...words], home);
  return { files, bytes, requests: asked() - before };
}

async function loaded(argv: string[], home: string): Promise<Omit<Budget, 'requests'>> {
  const file = join(home, 'loaded');
  const env = { NODE_OPTIONS: `--import=${probe}`, LOADED_MODULES: file, MCP_CLI_ENCRYPTION_KEY: KEY };
  expect((await spawnCli(argv, { home, env, showsSecrets: argv.includes('token') }).done).exit).toBe(0);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return { files: lines.length, bytes: lines.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0) };
}

describe('a command costs no more than a tenth beyond', () => {
  test.each(Object.keys(budgets))('%s', async (words) => {
    const spent = await cost(words);
    found[words] = spent;
    const budget = budgets[words] as Budget;
    expect(spent.files).toBeGreaterThan(1);
    expect(spent.files, 'files').toBeLessThanOrEqual(Math.ceil(budget.files * 1.1));
    expect(spent.bytes, 'bytes of code').toBeLessThanOrEqual(budget.bytes * 1.1);
    expect(spent.requests, 'requests').toBe(budget.requests);
  });
});

test('the help that the build has written is the one that the program writes', async () => {
  const written = await spawnCli(['--help']).done;
  expect(written.stdout).toBe((await runCli(['--help'])).stdout);
  // With a flag beside it, it is not the written one.
  expect((await spawnCli(['--quiet', '--help']).done).stdout).toBe(written.stdout);
});

// SHOW_BUDGET=1 prints what was found, for test/support/budget.json.
afterAll(() => {
  if (process.env.SHOW_BUDGET) console.log(JSON.stringify(found, null, 2));
});
