import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLock, type LockOptions, type WithLock } from '../../src/store/lock.ts';
import { lifeByPid, lifeOf, type Owner, ownOwner, parseOwner } from '../../src/store/owner.ts';
import { errorOf, io, makeHome } from '../support/store.ts';

const never = new AbortController().signal;
const NONCE = 'a'.repeat(16);
const proc = process.platform === 'linux';

async function setUp(more: Partial<LockOptions> = {}) {
  const home = await makeHome();
  const dir = join(home, 'tokens');
  await fs.mkdir(dir, { mode: 0o700 });
  const make = (): WithLock => createLock({ ...io, dir, ...more });
  return { dir, path: join(dir, '.notion.lock'), make, withLock: make() };
}
const wait = { wait: 5_000, signal: never };
const impatient = { wait: 0, signal: never };
const held = Symbol('work ran');
const work = async () => held;

/** A pid that was used a moment ago and is free now. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('one holder at a time', () => {
  test('the lock is there during the work, 0600, and nothing is after it', async () => {
    const { dir, path, withLock } = await setUp();
    const result = await withLock('notion', wait, async () => {
      expect(await fs.readdir(dir)).toEqual(['.notion.lock']);
      expect((await fs.stat(path)).mode & 0o777).toBe(0o600);
      expect(parseOwner(await fs.readFile(path, 'utf8'))).toMatchObject({
        pid: process.pid,
        host: hostname(),
      });
      return 42;
    });
    expect(result).toBe(42);
    expect(await fs.readdir(dir)).toEqual([]);
  });

  test('makes its directory', async () => {
    const dir = join(await makeHome(), '.mcp_cli', 'tokens');
    expect(await createLock({ ...io, dir })('notion', wait, work)).toBe(held);
  });

  test('a failure of the work passes through and releases', async () => {
    const { dir, withLock } = await setUp();
    await expect(withLock('notion', wait, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await fs.readdir(dir)).toEqual([]);
    expect(await withLock('notion', impatient, work)).toBe(held);
  });

  test('calls of one process run one after the other, in order, without a word of waiting', async () => {
    const { withLock } = await setUp();
    const log: number[] = [];
    let inside = 0;
    const waited: number[] = [];
    const call = (n: number) =>
      withLock('notion', { ...wait, onWait: () => waited.push(n) }, async () => {
        expect(++inside).toBe(1);
        await new Promise(setImmediate);
        inside--;
        log.push(n);
      });
    await Promise.all(Array.from({ length: 30 }, (_, n) => call(n)));
    expect(log).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(waited).toEqual([]);
  });

  test('other names do not wait', async () => {
    const { withLock } = await setUp();
    const inner = withLock('notion', wait, () => withLock('notion@work', wait, work));
    expect(await inner).toBe(held);
  });

  test('somebody else is waited for, said once, and followed', async () => {
    const { make } = await setUp();
    const [mine, theirs] = [make(), make()];
    let said = 0;
    let release = () => {};
    const order: string[] = [];
    await new Promise<void>((started) => {
      void mine('notion', wait, async () => {
        started();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        order.push('first');
      });
    });
    await theirs('notion', { ...wait, onWait: () => ++said && setTimeout(release, 250) }, async () => {
      order.push('second');
    });
    expect(order).toEqual(['first', 'second']);
    expect(said).toBe(1);
  });
});

describe('giving up', () => {
  test('after `wait`, naming the lock; also in the queue of this process', async () => {
    const { dir, path, make } = await setUp();
    const [mine, theirs] = [make(), make()];
    await mine('notion', wait, async () => {
      for (const withLock of [mine, theirs]) {
        const started = performance.now();
        const error = await errorOf(withLock('notion', { wait: 150, signal: never }, work));
        expect(error).toMatchObject({ name: 'StoreError', code: 'lock_timeout', exit: 6 });
        expect(error.message + error.hint).toContain(path);
        expect(performance.now() - started).toBeGreaterThan(140);
      }
    });
    expect(await fs.readdir(dir)).toEqual([]);
    expect(await mine('notion', impatient, work)).toBe(held);
  });

  test('when the signal says so: before, in the queue, at the file', async () => {
    const { dir, make } = await setUp();
    const [mine, theirs] = [make(), make()];
    expect(await errorOf(mine('notion', { wait: 1_000, signal: AbortSignal.abort() }, work))).toMatchObject({
      code: 'cancelled',
      exit: 130,
    });
    await mine('notion', wait, async () => {
      for (const withLock of [mine, theirs]) {
        const abort = new AbortController();
        const waiting = errorOf(withLock('notion', { wait: 60_000, signal: abort.signal }, work));
        setTimeout(() => abort.abort(), 30);
        expect(await waiting).toMatchObject({ code: 'cancelled' });
      }
    });
    expect(await fs.readdir(dir)).toEqual([]);
    expect(await mine('notion', impatient, work)).toBe(held);
  });

  test('a long wait is not a short one', async () => {
    const { withLock } = await setUp();
    const first = withLock('notion', wait, () => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(await withLock('notion', { wait: Number.POSITIVE_INFINITY, signal: never }, work)).toBe(held);
    await first;
  });
});

describe('the dead are replaced', () => {
  const old = async (path: string, seconds: number) => {
    const then = new Date(Date.now() - seconds * 1_000);
    await fs.utimes(path, then, then);
  };
  const leave = async (path: string, change: Partial<Owner> | string) => {
    const owner =
      typeof change === 'string' ? change : JSON.stringify({ ...(await ownOwner(NONCE)), ...change });
    await fs.writeFile(path, owner, { mode: 0o600 });
  };
  const elsewhere = proc ? { boot: 'another' } : { host: 'another' };

  test.each<[string, () => Partial<Owner> | string, number, boolean]>([
    ['this process, alive', () => ({}), 0, false],
    ['a dead pid', () => ({ pid: deadPid() }), 0, true],
    ['elsewhere, with a sign of life', () => elsewhere, 50, false],
    ['elsewhere, without one for a minute', () => elsewhere, 61, true],
    ['half written a moment ago', () => '{"pid":', 1, false],
    ['half written and left', () => '{"pid":', 6, true],
    ['empty and left', () => '', 6, true],
    ['a hostile nonce, left', () => ({ nonce: '../../x' }), 6, true],
    ...(proc
      ? ([
          ['this process, alive, long without a sign: suspended, not dead', () => ({}), 3_600, false],
          ['this pid, but started at another time', () => ({ start: '1' }), 0, true],
          ['in another container, with a sign of life', () => ({ namespace: 'pid:[1]', pid: 1 }), 50, false],
          ['in another container, without one', () => ({ namespace: 'pid:[1]', pid: 1 }), 61, true],
        ] as [string, () => Partial<Owner>, number, boolean][])
      : []),
  ])('%s', async (_, owner, age, replaced) => {
    const { dir, path, withLock } = await setUp();
    await leave(path, owner());
    await old(path, age);
    const result = withLock('notion', impatient, work);
    if (!replaced) return expect(await errorOf(result)).toMatchObject({ code: 'lock_timeout' });
    expect(await result).toBe(held);
    expect(await fs.readdir(dir)).toEqual([]);
  });

  test('a holder shows signs of life', async () => {
    const { path, withLock } = await setUp({ heartbeat: 10 });
    await withLock('notion', wait, async () => {
      await old(path, 100);
      const changed = async () => Date.now() - (await fs.stat(path)).mtimeMs < 50_000;
      await expect.poll(changed, { interval: 5 }).toBe(true);
    });
  });

  test('somebody who died while replacing the dead is replaced too, again and again', async () => {
    const { dir, path, withLock } = await setUp();
    const pid = deadPid();
    const nonces = ['1', '2', '3'].map((digit) => digit.repeat(16));
    await leave(path, { pid, nonce: nonces[0]! });
    await leave(join(dir, `.notion.lock.${nonces[0]}.tmp`), { pid, nonce: nonces[1]! });
    await leave(join(dir, `.notion.lock.${nonces[0]}.${nonces[1]}.tmp`), { pid, nonce: nonces[2]! });
    expect(await withLock('notion', impatient, work)).toBe(held);
    expect(await fs.readdir(dir)).toEqual([]);
  });

  test('while somebody alive is replacing it, the lock is left to them', async () => {
    const { dir, path, withLock } = await setUp();
    await leave(path, { pid: deadPid() });
    const claim = join(dir, `.notion.lock.${NONCE}.tmp`);
    await leave(claim, { nonce: 'b'.repeat(16) });
    expect(await errorOf(withLock('notion', impatient, work))).toMatchObject({ code: 'lock_timeout' });
    await fs.rm(claim);
    expect(await withLock('notion', impatient, work)).toBe(held);
  });

  test('a lock that somebody else replaced between our look and our claim is left to them', async () => {
    const { dir, path } = await setUp();
    await leave(path, { pid: deadPid() });
    const theirs = JSON.stringify({ ...(await ownOwner('b'.repeat(16))) });
    let draws = 0;
    const meddling = (bytes: number) => {
      // The first draw is our nonce; the second names the file of our claim.
      if (++draws === 2) writeFileSync(path, theirs);
      return io.random(bytes);
    };
    const withLock = createLock({ ...io, dir, random: meddling });
    expect(await errorOf(withLock('notion', impatient, work))).toMatchObject({ code: 'lock_timeout' });
    expect(draws).toBe(2);
    expect(await fs.readFile(path, 'utf8')).toBe(theirs);
    expect(await fs.readdir(dir)).toEqual(['.notion.lock']);
  });

  test('a lock that became somebody else’s is not released', async () => {
    const { dir, path, withLock } = await setUp();
    await withLock('notion', wait, () => leave(path, { nonce: 'b'.repeat(16) }));
    expect(await fs.readdir(dir)).toEqual(['.notion.lock']);
  });

  test('many who find the same dead holder run one after the other', async () => {
    const { dir, path, make } = await setUp();
    for (let round = 0; round < 20; round++) {
      await leave(path, { pid: 2 ** 22 + 1, nonce: String(round).padStart(16, '0') });
      let inside = 0;
      const results = Array.from({ length: 10 }, () =>
        make()('notion', wait, async () => {
          expect(++inside).toBe(1);
          await new Promise(setImmediate);
          inside--;
        }),
      );
      await Promise.all(results);
      expect(await fs.readdir(dir)).toEqual([]);
    }
  });
});

describe('owners', () => {
  test('this process is alive; a free pid is dead, and so is one that is another process now', async () => {
    const own = await ownOwner(NONCE);
    expect(await lifeOf(own)).toBe(proc ? 'alive' : 'unknown');
    expect(await lifeOf({ ...own, pid: deadPid() })).toBe('dead');
    if (proc) expect(await lifeOf({ ...own, pid: process.ppid })).toBe('dead');
  });

  test.runIf(proc)('a process that was killed and not yet reaped is dead', async () => {
    // The second sleep takes over from the shell and never asks after the shell's child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      const fields = async () => (await fs.readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
      const comm = () => fs.readFile(`/proc/${parent.pid}/comm`, 'utf8');
      await expect.poll(comm, { interval: 5 }).toBe('sleep\n');
      process.kill(pid, 'SIGKILL');
      await expect.poll(async () => (await fields())[2], { interval: 5 }).toBe('Z');
      const start = (await fields())[21]!;
      expect(await lifeOf({ ...(await ownOwner(NONCE)), pid, start })).toBe('dead');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('by pid and host alone, only a free pid on this host says something', () => {
    const own = { nonce: NONCE, pid: process.pid, host: hostname() };
    expect(lifeByPid(own)).toBe('unknown');
    expect(lifeByPid({ ...own, pid: deadPid() })).toBe('dead');
    expect(lifeByPid({ ...own, pid: deadPid(), host: 'elsewhere' })).toBe('unknown');
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"pid":1}',
    `{"nonce":"${NONCE}","pid":-1,"host":"x"}`,
    '{"nonce":"../x","pid":1}',
  ])('%j is nobody', (text) => {
    expect(parseOwner(text)).toBeUndefined();
  });
});
