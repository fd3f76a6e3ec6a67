import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { checkDirectory, makeDirectory } from '../../src/store/directory.ts';
import {
  createFile,
  listFiles,
  readPrivate,
  removeFile,
  replaceFile,
  SIZE_LIMIT,
  sweep,
} from '../../src/store/files.ts';
import { errorOf, io, makeHome } from '../support/store.ts';

const linking = vi.hoisted(() => ({ refused: undefined as string | undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    link: (from: string, to: string) =>
      linking.refused
        ? Promise.reject(Object.assign(new Error('no links here'), { code: linking.refused }))
        : real.link(from, to),
  };
});
afterEach(() => {
  linking.refused = undefined;
});
// The files that follow in this process have the real one.
afterAll(() => void vi.doUnmock('node:fs/promises'));

const modeOf = async (path: string) => (await fs.stat(path)).mode & 0o777;
const run = promisify(execFile);

describe('a directory of ours', () => {
  test('is 0700 whatever the umask, and whatever it was', async () => {
    const home = await makeHome();
    const before = process.umask(0o777);
    try {
      await makeDirectory(join(home, 'a'), io.platform);
    } finally {
      process.umask(before);
    }
    expect(await modeOf(join(home, 'a'))).toBe(0o700);
    await fs.chmod(join(home, 'a'), 0o755);
    await makeDirectory(join(home, 'a'), io.platform);
    expect(await modeOf(join(home, 'a'))).toBe(0o700);
  });

  test.each([0o777, 0o770, 0o702, 0o1777])('mode %o: others could have put files there', async (mode) => {
    const path = join(await makeHome(), 'a b');
    await fs.mkdir(path);
    await fs.chmod(path, mode);
    const error = await errorOf(makeDirectory(path, io.platform));
    expect(error).toMatchObject({ name: 'StoreError', code: 'unsafe_directory', exit: 6 });
    expect(error.message).toContain(path);
    expect(error.hint).toContain(`chmod 700 '${path}'`);
    expect(await modeOf(path)).toBe(mode & 0o777);
  });

  test('a link, a file, a dangling link', async () => {
    const home = await makeHome();
    await fs.mkdir(join(home, 'real'), { mode: 0o700 });
    await fs.symlink('real', join(home, 'link'));
    await fs.symlink('nowhere', join(home, 'dangling'));
    await fs.writeFile(join(home, 'file'), '');
    for (const name of ['link', 'dangling', 'file']) {
      expect(await errorOf(makeDirectory(join(home, name), io.platform))).toMatchObject({
        code: 'unsafe_directory',
      });
      expect(await errorOf(checkDirectory(join(home, name), io.platform))).toMatchObject({
        code: 'unsafe_directory',
      });
    }
  });

  test('somebody else owns it', async () => {
    let path = '/usr';
    if (process.geteuid?.() === 0) {
      path = join(await makeHome(), 'theirs');
      await fs.mkdir(path, { mode: 0o700 });
      await fs.chown(path, 12_345, 12_345);
    }
    const error = await errorOf(checkDirectory(path, io.platform));
    expect(error).toMatchObject({ code: 'unsafe_directory' });
    expect(error.message).toContain('another user');
  });

  test('nothing there is no failure; Windows has no mode bits to judge', async () => {
    const home = await makeHome();
    expect(await checkDirectory(join(home, 'none'), io.platform)).toBe(false);
    await fs.chmod(home, 0o777);
    expect(await checkDirectory(home, 'win32')).toBe(true);
  });
});

describe('reading', () => {
  test('nothing there', async () => {
    expect(await readPrivate(join(await makeHome(), 'none'), io.platform)).toBeUndefined();
  });

  test('follows no link, also where the system cannot refuse it', async () => {
    const home = await makeHome();
    await fs.writeFile(join(home, 'real'), 'x');
    await fs.symlink('real', join(home, 'link'));
    for (const platform of [io.platform, 'win32'] as const) {
      const error = await errorOf(readPrivate(join(home, 'link'), platform));
      expect(error).toMatchObject({ code: 'unsafe_file', exit: 6 });
    }
  });

  test('a directory or a FIFO is no file, and does not hang', async () => {
    const home = await makeHome();
    await fs.mkdir(join(home, 'dir'));
    await run('mkfifo', [join(home, 'fifo')]);
    for (const name of ['dir', 'fifo']) {
      expect(await errorOf(readPrivate(join(home, name), io.platform))).toMatchObject({
        code: 'unsafe_file',
      });
    }
  });

  test('tightens a mode that lets others read', async () => {
    const path = join(await makeHome(), 'a');
    await fs.writeFile(path, 'x', { mode: 0o644 });
    expect(String(await readPrivate(path, io.platform))).toBe('x');
    expect(await modeOf(path)).toBe(0o600);
  });

  test('4 MB and no more', async () => {
    const path = join(await makeHome(), 'a');
    await fs.writeFile(path, Buffer.alloc(SIZE_LIMIT));
    expect((await readPrivate(path, io.platform))?.length).toBe(SIZE_LIMIT);
    await fs.appendFile(path, 'x');
    expect(await errorOf(readPrivate(path, io.platform))).toMatchObject({ code: 'corrupt' });
  });
});

describe('writing', () => {
  test('replaces the whole file, 0600, and leaves nothing beside it', async () => {
    const home = await makeHome();
    const path = join(home, 'a');
    await fs.writeFile(path, 'old and longer', { mode: 0o666 });
    await replaceFile(path, 'new', io);
    expect(await fs.readFile(path, 'utf8')).toBe('new');
    expect(await modeOf(path)).toBe(0o600);
    expect(await fs.readdir(home)).toEqual(['a']);
  });

  test('replaces a link, not what it leads to', async () => {
    const home = await makeHome();
    await fs.writeFile(join(home, 'real'), 'untouched');
    await fs.symlink('real', join(home, 'link'));
    await replaceFile(join(home, 'link'), 'new', io);
    expect(await fs.readFile(join(home, 'real'), 'utf8')).toBe('untouched');
    expect(String(await readPrivate(join(home, 'link'), io.platform))).toBe('new');
  });

  test('a failure names the file, keeps the old one and cleans up', async () => {
    const home = await makeHome();
    await fs.mkdir(join(home, 'a'));
    const error = await errorOf(replaceFile(join(home, 'a'), 'x', io));
    expect(error).toMatchObject({ name: 'StoreError', code: 'io' });
    expect(error.message).toContain(join(home, 'a'));
    expect(await fs.readdir(home)).toEqual(['a']);
    expect(await errorOf(replaceFile(join(home, 'none', 'a'), 'x', io))).toMatchObject({ code: 'io' });
  });

  test.each([undefined, 'EPERM', 'ENOTSUP'])(
    'of many creators one wins (link fails with %s)',
    async (refused) => {
      linking.refused = refused;
      const home = await makeHome();
      const path = join(home, 'a');
      const results = await Promise.all(['0', '1', '2', '3', '4'].map((text) => createFile(path, text, io)));
      expect(results.filter(Boolean)).toHaveLength(1);
      expect(await fs.readFile(path, 'utf8')).toBe(String(results.indexOf(true)));
      expect(await modeOf(path)).toBe(0o600);
      expect(await fs.readdir(home)).toEqual(['a']);
    },
  );

  test('another failure of link is a failure', async () => {
    linking.refused = 'EIO';
    const home = await makeHome();
    expect(await errorOf(createFile(join(home, 'a'), 'x', io))).toMatchObject({ code: 'io' });
    expect(await fs.readdir(home)).toEqual([]);
  });
});

describe('tidying', () => {
  test('sweeps temporary files that no write can still be using, and nothing else', async () => {
    const home = await makeHome();
    const old = new Date(Date.now() - 3_700_000);
    for (const name of ['.a.enc.00.tmp', '.young.tmp', 'a.enc', '.salt', 'visible.tmp']) {
      await fs.writeFile(join(home, name), '');
      if (name !== '.young.tmp') await fs.utimes(join(home, name), old, old);
    }
    await sweep(home, io.platform);
    expect((await fs.readdir(home)).sort()).toEqual(['.salt', '.young.tmp', 'a.enc', 'visible.tmp']);
  });

  test('removing says whether there was something; listing shows files only', async () => {
    const home = await makeHome();
    await fs.mkdir(join(home, 'dir'));
    await fs.writeFile(join(home, 'a'), '');
    expect(await listFiles(home)).toEqual(['a']);
    expect(await removeFile(join(home, 'a'), io.platform)).toBe(true);
    expect(await removeFile(join(home, 'a'), io.platform)).toBe(false);
    expect(await listFiles(join(home, 'none'))).toEqual([]);
  });
});
