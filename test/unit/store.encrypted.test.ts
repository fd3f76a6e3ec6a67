import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { generateKey } from '../../src/store/keygen.ts';
import { entryFile } from '../../src/store/names.ts';
import { errorOf, KEY, makeHome, openAt, promptWith, random } from '../support/store.ts';

const PASSWORD = 'correct horse battery staple';
const OTHER_KEY = generateKey(random);
const tokensOf = (home: string) => join(home, '.mcp_cli', 'tokens');
const registryOf = (home: string) => join(home, '.mcp_cli', 'token_registry.json');
const filesOf = async (home: string) => (await fs.readdir(tokensOf(home))).sort();

/** What a directory holds, byte by byte. */
async function snapshot(directory: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(directory)).sort();
  const contents = names.map(async (name) => [
    name,
    (await fs.readFile(join(directory, name))).toString('base64'),
  ]);
  return Object.fromEntries(await Promise.all(contents));
}

describe('the files', () => {
  test('are where users know them, 0600 in 0700, and hold nothing readable', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'very secret token');
    await store.set('notion@work', 'other secret token');
    const hashed = entryFile('notion@work');
    expect(await filesOf(home)).toEqual(['.check.enc', '.salt', 'notion.enc', hashed].sort());
    expect(store.where('notion')).toBe(join(tokensOf(home), 'notion.enc'));
    expect((await fs.stat(join(tokensOf(home), '.salt'))).size).toBe(16);
    for (const directory of [join(home, '.mcp_cli'), tokensOf(home)]) {
      expect((await fs.stat(directory)).mode & 0o777).toBe(0o700);
    }
    for (const path of [
      ...(await filesOf(home)).map((name) => join(tokensOf(home), name)),
      registryOf(home),
    ]) {
      expect((await fs.stat(path)).mode & 0o777).toBe(0o600);
      expect(await fs.readFile(path, 'latin1')).not.toContain('secret');
    }
  });

  test('reading, listing and deleting create nothing', async () => {
    const home = await makeHome();
    const store = await openAt(home, '');
    expect(await store.get('notion')).toBeUndefined();
    expect(await store.list()).toEqual([]);
    expect(await store.delete('notion')).toBe(false);
    expect(await fs.readdir(home)).toEqual([]);
  });

  test('one renamed to another server does not open', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await fs.rename(store.where('notion'), store.where('linear'));
    expect(await errorOf(store.get('linear'))).toMatchObject({ code: 'corrupt' });
  });

  test.each<[string, (file: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut short', (file) => file.subarray(0, 200)],
    ['changed', (file) => Buffer.from(file).fill(1, 100, 101)],
  ])('a file that is %s is corrupt: named, with what to do', async (_, damage) => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    const path = store.where('notion');
    const damaged = damage(await fs.readFile(path));
    await fs.writeFile(path, damaged);
    const error = await errorOf(store.get('notion'));
    expect(error).toMatchObject({ name: 'StoreError', code: 'corrupt', exit: 6 });
    expect(error.message).toContain(path);
    expect(error.hint).toContain(`rm ${path}`);
    expect(await fs.readFile(path)).toEqual(damaged);
    await store.set('notion', 'y');
    expect(await store.get('notion')).toBe('y');
  });

  test('a file that is of the Python tool is named as that, and is not overwritten by reading', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    const theirs = Buffer.from(`gAAAAA${'x'.repeat(400)}`);
    await fs.writeFile(store.where('notion'), theirs);
    const error = await errorOf(store.get('notion'));
    expect(error).toMatchObject({ name: 'StoreError', code: 'foreign_entry', exit: 6 });
    expect(error.message).toContain(store.where('notion'));
    expect(error.hint).toContain('auth import --from python');
    expect(await fs.readFile(store.where('notion'))).toEqual(theirs);
  });

  test('a link in the place of a file or a directory is refused', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await fs.rename(store.where('notion'), join(home, 'elsewhere'));
    await fs.symlink(join(home, 'elsewhere'), store.where('notion'));
    expect(await errorOf(store.get('notion'))).toMatchObject({ code: 'unsafe_file' });

    await fs.rename(join(home, '.mcp_cli'), join(home, 'moved'));
    await fs.symlink('moved', join(home, '.mcp_cli'));
    expect(await errorOf(store.get('notion'))).toMatchObject({ code: 'unsafe_directory' });
    expect(await errorOf(store.set('notion', 'y'))).toMatchObject({ code: 'unsafe_directory' });
    expect(await errorOf(openAt(home))).toMatchObject({ code: 'unsafe_directory' });
  });

  test('a value too large to be read back is refused before anything is written', async () => {
    const home = await makeHome();
    const error = await errorOf((await openAt(home)).set('notion', 'x'.repeat(4 * 1024 * 1024)));
    expect(error).toMatchObject({ code: 'too_large' });
    expect(await filesOf(home)).toEqual([]);
  });
});

describe('the password', () => {
  test('opens in the next process; NFC and NFD are the same', async () => {
    const home = await makeHome();
    await (await openAt(home, 'p\u00e4ss')).set('notion', 'x');
    expect(await (await openAt(home, 'pa\u0308ss')).get('notion')).toBe('x');
  });

  test.each([
    ['a password for a password', PASSWORD, 'incorrect horse'],
    ['a key for a key', KEY, OTHER_KEY],
    ['a password for a key', KEY, PASSWORD],
    ['a key for a password', PASSWORD, KEY],
  ])('a wrong one reads nothing and writes nothing: %s', async (_, right, wrong) => {
    const home = await makeHome();
    await (await openAt(home, right)).set('notion', 'x');
    const before = await snapshot(tokensOf(home));
    const store = await openAt(home, wrong);
    for (const work of [
      () => store.get('notion'),
      () => store.set('notion', 'y'),
      () => store.set('linear', 'y'),
    ]) {
      const error = await errorOf(work());
      expect(error).toMatchObject({ name: 'StoreError', code: 'wrong_password', exit: 6 });
      expect(error.hint).toContain('mcp-cli auth reset');
      expect(error.message + error.hint).not.toContain(wrong);
    }
    expect(await snapshot(tokensOf(home))).toEqual(before);
    expect(await (await openAt(home, right)).get('notion')).toBe('x');
  });

  test('a wrong one does not pass where the check is missing or damaged either; the right one mends it', async () => {
    const home = await makeHome();
    await (await openAt(home)).set('Notion', 'x');
    const check = join(tokensOf(home), '.check.enc');
    for (const damage of [
      () => fs.rm(check),
      () => fs.writeFile(check, 'x'),
      () => fs.truncate(check, 300),
    ]) {
      await damage();
      const before = await snapshot(tokensOf(home));
      expect(await errorOf((await openAt(home, OTHER_KEY)).set('linear', 'y'))).toMatchObject({
        code: 'wrong_password',
      });
      expect(await snapshot(tokensOf(home))).toEqual(before);
      await (await openAt(home)).set('linear', 'z');
      await (await openAt(home)).delete('linear');
      expect((await fs.stat(check)).size).toBe(352);
    }
  });

  test('neither listing nor deleting needs it', async () => {
    const home = await makeHome();
    await (await openAt(home)).set('notion@work', 'x');
    const store = await openAt(home, '');
    expect(await store.list()).toEqual(['notion@work']);
    expect(await errorOf(store.get('notion@work'))).toMatchObject({ code: 'no_password' });
    expect(await store.delete('notion@work')).toBe(true);
    expect(await store.list()).toEqual([]);
  });

  test('is asked for twice at first, once later, once per process, and again after a wrong answer', async () => {
    const home = await makeHome();
    const first = promptWith(PASSWORD, PASSWORD);
    const store = await openAt(home, '', { prompt: first });
    expect(await store.get('notion')).toBeUndefined();
    expect(first.asked).toEqual([]);
    await Promise.all([store.set('notion', 'x'), store.set('linear', 'y')]);
    expect(await store.get('notion')).toBe('x');
    expect(first.asked).toHaveLength(2);

    const later = promptWith('wrong', PASSWORD);
    const again = await openAt(home, '', { prompt: later });
    expect(await errorOf(again.get('notion'))).toMatchObject({ code: 'wrong_password' });
    expect(await again.get('notion')).toBe('x');
    expect(await again.get('linear')).toBe('y');
    expect(later.asked).toHaveLength(2);
  });

  test('a lost salt file loses nothing, a restored or foreign one is used', async () => {
    const home = await makeHome();
    await fs.mkdir(tokensOf(home), { recursive: true, mode: 0o700 });
    await fs.chmod(join(home, '.mcp_cli'), 0o700);
    // As the Python tool leaves it.
    await fs.writeFile(join(tokensOf(home), '.salt'), Buffer.alloc(16, 5));
    await (await openAt(home, PASSWORD)).set('notion', 'x');
    const file = await fs.readFile(join(tokensOf(home), 'notion.enc'));
    expect(file.subarray(16, 32)).toEqual(Buffer.alloc(16, 5));
    await fs.rm(join(tokensOf(home), '.salt'));
    const store = await openAt(home, PASSWORD);
    await store.set('linear', 'y');
    expect(await store.get('notion')).toBe('x');
    expect(await errorOf((await openAt(home, 'typo')).set('github', 'z'))).toMatchObject({
      code: 'wrong_password',
    });
  });
});

describe('starting fresh', () => {
  test.each([KEY, PASSWORD])('rm .salt *.enc frees the choice of a new password', async (old) => {
    const home = await makeHome();
    await (await openAt(home, old)).set('notion', 'x');
    await (await openAt(home, old)).set('notion@work', 'x');
    await promisify(execFile)('sh', ['-c', 'rm .salt *.enc'], { cwd: tokensOf(home) });
    expect(await filesOf(home)).toEqual(['.check.enc']);

    const prompt = promptWith('new', 'new');
    const store = await openAt(home, '', { prompt });
    expect(await store.get('notion')).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await store.set('notion', 'y');
    expect(prompt.asked[0]).toContain('Choose');
    expect(await (await openAt(home, 'new')).get('notion')).toBe('y');
  });

  test('so does deleting the last entry', async () => {
    const home = await makeHome();
    await (await openAt(home)).set('notion', 'x');
    const store = await openAt(home, '');
    expect(await store.delete('notion')).toBe(true);
    expect(await filesOf(home)).toEqual([]);
    await (await openAt(home, OTHER_KEY)).set('notion', 'y');
    expect(await errorOf((await openAt(home)).get('notion'))).toMatchObject({ code: 'wrong_password' });
  });

  test('deleting one file by hand forgets that server only', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await store.set('linear', 'y');
    await fs.rm(store.where('notion'));
    expect(await store.get('notion')).toBeUndefined();
    expect(await store.list()).toEqual(['linear']);
    expect(await store.delete('notion')).toBe(false);
  });

  test('an open store survives that everything under it is deleted', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await fs.rm(join(home, '.mcp_cli'), { recursive: true });
    expect(await store.get('notion')).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await store.set('notion', 'y');
    expect(await (await openAt(home)).get('notion')).toBe('y');
  });

  test('an open store does not write under a password that was replaced meanwhile', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await (await openAt(home, '')).delete('notion');
    await (await openAt(home, OTHER_KEY)).set('linear', 'y');
    expect(await errorOf(store.set('notion', 'z'))).toMatchObject({ code: 'wrong_password' });
  });

  test('what the Python tool left does not choose the password, and is not touched', async () => {
    const home = await makeHome();
    await fs.mkdir(tokensOf(home), { recursive: true, mode: 0o700 });
    await fs.chmod(join(home, '.mcp_cli'), 0o700);
    await fs.writeFile(join(tokensOf(home), 'old.enc'), 'gAAAAABold');
    const store = await openAt(home);
    await store.set('notion', 'x');
    await store.delete('notion');
    expect(await fs.readFile(join(tokensOf(home), 'old.enc'), 'utf8')).toBe('gAAAAABold');
  });

  test('of two first runs with different passwords one wins and the other writes nothing', async () => {
    const home = await makeHome();
    const keys = [KEY, OTHER_KEY];
    const stores = await Promise.all(keys.map((key) => openAt(home, key)));
    const results = await Promise.allSettled(stores.map((store, n) => store.set(`server${n}`, 'x')));
    const won = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results[1 - won]).toMatchObject({ status: 'rejected', reason: { code: 'wrong_password' } });
    expect(await stores[won]!.list()).toEqual([`server${won}`]);
  });
});

test("a server that has the name of another one's file gets none of it, and ends none of it", async () => {
  const home = await makeHome();
  const store = await openAt(home);
  await store.set('Notion', 'a value');
  const posed = entryFile('Notion').replace('.enc', '');
  expect(await store.get(posed)).toBeUndefined();
  expect(await store.delete(posed)).toBe(false);
  await store.set(posed, 'another');
  expect(await store.get('Notion')).toBe('a value');
  expect(await store.list()).toEqual(['Notion', posed].sort());
});

describe('the index', () => {
  test('holds names and places, no secrets, and keeps what is not ours', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await fs.writeFile(registryOf(home), '{"theirs":[1],"entries":{"kept":{"backend":"vault"},"bad":7}}');
    await store.set('notion@work', 'y');
    expect(JSON.parse(await fs.readFile(registryOf(home), 'utf8'))).toEqual({
      theirs: [1],
      version: 1,
      entries: {
        kept: { backend: 'vault' },
        'notion@work': { backend: 'encrypted', file: entryFile('notion@work') },
      },
    });
    await store.delete('notion@work');
    expect(await fs.readFile(registryOf(home), 'utf8')).not.toContain('work');
  });

  test.each([
    ['missing', undefined],
    ['no JSON', '{'],
    ['of another shape', '[1]'],
    ['of another shape inside', '{"entries":[{"backend":"encrypted"}]}'],
    ['naming what is not there', '{"entries":{"ghost":{"backend":"encrypted","file":"ghost.enc"}}}'],
    ['naming a wrong file', '{"entries":{"ghost":{"backend":"encrypted","file":"notion.enc"}}}'],
    ['naming a place outside', '{"entries":{"x":{"backend":"encrypted","file":"../../x"}}}'],
  ])('%s: the directory wins', async (_, text) => {
    const home = await makeHome();
    const store = await openAt(home);
    await store.set('notion', 'x');
    await store.set('notion@work', 'y');
    if (text === undefined) await fs.rm(registryOf(home));
    else await fs.writeFile(registryOf(home), text);

    const stem = entryFile('notion@work').replace('.enc', '');
    expect(await store.list()).toEqual(['notion', stem]);
    expect(await store.get('notion@work')).toBe('y');
    // The next write of the entry gives it its name back; without one, it can still be deleted as it is listed.
    await store.set('notion@work', 'z');
    expect(await store.list()).toEqual(['notion', 'notion@work']);
    await fs.rm(registryOf(home));
    expect(await store.delete(stem)).toBe(true);
    expect(await store.list()).toEqual(['notion']);
  });

  test('one that cannot be written costs no token', async () => {
    const home = await makeHome();
    const store = await openAt(home);
    await fs.mkdir(registryOf(home), { recursive: true, mode: 0o700 });
    await fs.chmod(join(home, '.mcp_cli'), 0o700);
    await store.set('notion', 'x');
    expect(await store.get('notion')).toBe('x');
    expect(await store.list()).toEqual(['notion']);
  });
});
