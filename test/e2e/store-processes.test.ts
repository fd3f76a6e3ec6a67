// The lock and the store between real processes, some of which are killed. Needs dist (npm run build).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createLock } from '../../src/store/lock.ts';
import { pseudoRandom } from '../support/random.ts';
import { io, KEY, makeHome, openAt } from '../support/store.ts';

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A child program from test/support, its output by lines. */
function start(program: string, ...args: string[]) {
  const path = fileURLToPath(new URL(`../support/${program}`, import.meta.url));
  const env = { PATH: process.env.PATH, MCP_CLI_ENCRYPTION_KEY: KEY };
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const lines: string[] = [];
  const output = createInterface(child.stdout);
  output.on('line', (line) => lines.push(line));
  // `close`, not `exit`: by then all output has been read.
  const done = once(child, 'close').then(([code, signal]) => {
    children.delete(child);
    return (signal ?? code) as number | string;
  });
  return { child, lines, done, nextLine: () => once(output, 'line') };
}

async function setUp() {
  const home = await makeHome();
  const dir = join(home, '.mcp_cli', 'tokens');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const counter = join(home, 'counter');
  await writeFile(counter, '0');
  return { home, dir, counter, withLock: createLock({ ...io, dir }) };
}
const signal = new AbortController().signal;
const SEED = 20_261_120;

describe('the lock between processes', () => {
  test('20 processes, 10 times each: exactly 200', { timeout: 300_000 }, async () => {
    const { dir, counter } = await setUp();
    const runs = Array.from({ length: 20 }, () => start('store-increment.mjs', dir, counter, '10'));
    expect(await Promise.all(runs.map(({ done }) => done))).toEqual(Array(20).fill(0));
    expect(await readFile(counter, 'utf8')).toBe('200');
    const written = runs.flatMap(({ lines }) => lines.map(Number)).sort((a, b) => a - b);
    expect(written).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(await readdir(dir)).toEqual([]);
  });

  test('a holder that is killed is replaced at once', async () => {
    const { dir, withLock } = await setUp();
    const holder = start('store-hold.mjs', dir);
    await holder.nextLine();
    const killed = new Promise<number>((resolve) => {
      // Not before we are seen to wait for it.
      const onWait = () => {
        holder.child.kill('SIGKILL');
        const since = performance.now();
        void taken.then(() => resolve(performance.now() - since));
      };
      const taken = withLock('notion', { wait: 10_000, signal, onWait }, async () => {});
    });
    expect(await killed).toBeLessThan(1_000);
    expect(await holder.done).toBe('SIGKILL');
    expect((await readdir(dir)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('killing holders at random never lets two in: no number is written twice', {
    timeout: 300_000,
  }, async () => {
    const { dir, counter } = await setUp();
    const next = pseudoRandom(SEED);
    const written: number[] = [];
    let kills = 0;
    const worker = async () => {
      while (kills < 40) {
        const run = start('store-increment.mjs', dir, counter, '1000');
        await run.nextLine();
        await new Promise((resolve) => setTimeout(resolve, next() * 60));
        run.child.kill('SIGKILL');
        kills++;
        await run.done;
        written.push(...run.lines.map(Number));
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    const total = Number(await readFile(counter, 'utf8'));
    expect(new Set(written).size, `seed ${SEED}`).toBe(written.length);
    // A process killed between writing and printing leaves a gap, and nothing else does.
    expect(total - written.length).toBeLessThanOrEqual(kills);
    expect(total).toBeGreaterThanOrEqual(Math.max(...written));
  });
});

describe('kill -9 while saving', () => {
  const KILLS = 60;

  test(`${KILLS} times: the old value or the new one, and the next one saves`, {
    timeout: 300_000,
  }, async () => {
    console.log(`pauses from seed ${SEED}`);
    const { home, dir, withLock } = await setUp();
    const next = pseudoRandom(SEED);
    const store = await openAt(home);
    let between = 0;
    let from = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const run = start('store-save.mjs', home, String(from));
      await run.nextLine();
      await new Promise((resolve) => setTimeout(resolve, next() * 20));
      run.child.kill('SIGKILL');
      expect(await run.done).toBe('SIGKILL');

      const last = run.lines.at(-1) ?? '';
      const n = Number.parseInt(last, 10);
      const value = await store.get('notion@work');
      const found = value === undefined ? -1 : (JSON.parse(value) as { n: number; filling: string });
      const seen = typeof found === 'number' ? found : found.n;
      if (typeof found !== 'number') expect(found.filling).toBe(String(seen).repeat(3_000));
      if (last.endsWith('saved')) expect(seen).toBe(n);
      else {
        between++;
        expect([n - 1, n], `kill ${kill}, seed ${SEED}`).toContain(seen);
      }
      // Whoever comes next is not held up by what was left behind.
      const since = performance.now();
      await withLock('notion@work', { wait: 1_000, signal }, async () => {});
      expect(performance.now() - since).toBeLessThan(1_000);
      expect(await store.list()).toEqual(seen < 0 ? [] : ['notion@work']);
      from = seen + 1;
    }
    // Or the pauses never hit a save, and this test showed nothing.
    expect(between).toBeGreaterThan(KILLS / 4);
    // A dead owner's lock stays until somebody wants it: a new key wants the registry's too.
    await withLock('linear', { wait: 1_000, signal }, () => store.set('linear', 'x'));
    expect((await readdir(dir)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('also while the store is started: whoever comes next, starts it', { timeout: 400_000 }, async () => {
    const next = pseudoRandom(SEED);
    for (let kill = 0; kill < 15; kill++) {
      const { home } = await setUp();
      const run = start('store-save.mjs', home, '0');
      await run.nextLine();
      await new Promise((resolve) => setTimeout(resolve, next() * 8));
      run.child.kill('SIGKILL');
      await run.done;
      const store = await openAt(home);
      await store.set('linear', 'x');
      expect(await store.get('linear')).toBe('x');
      expect(await (await openAt(home)).list()).toContain('linear');
    }
  });
});
