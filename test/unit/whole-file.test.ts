import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWhole, draftOf, replaceWhole } from '../../src/whole-file.ts';
import { makeHome } from '../support/store.ts';

const platform = process.platform;
const both = [
  ['replaced', replaceWhole],
  ['made', createWhole],
] as const;

async function place() {
  const home = await makeHome();
  const path = join(home, 'a');
  return { home, path, draft: draftOf(path, Buffer.from('ab')) };
}

test('its draft is hidden, beside it, and has a name of its own', () => {
  expect(draftOf('/home/a.json', Buffer.from([0, 255]))).toBe('/home/.a.json.00ff.tmp');
  expect(draftOf('/home/.a', Buffer.from([1]))).toBe('/home/.a.01.tmp');
});

test.each(both)('%s only if that is agreed when all is written', async (_, put) => {
  const { home, path, draft } = await place();
  let seen = '';
  const agreed = async () => {
    seen = await fs.readFile(draft, 'utf8');
    return false;
  };
  expect(await put(path, 'new', { draft, platform, agreed })).toBe(false);
  expect(seen).toBe('new');
  expect(await fs.readdir(home)).toEqual([]);
  const failing = { draft, platform, agreed: () => Promise.reject(new Error('unread')) };
  await expect(put(path, 'new', failing)).rejects.toThrow('unread');
  expect(await fs.readdir(home)).toEqual([]);
  expect(await put(path, 'new', { draft, platform, agreed: async () => true })).toBe(true);
  expect(await fs.readdir(home)).toEqual(['a']);
});

test.each(both)('never %s through the draft of somebody else, which stays', async (_, put) => {
  const { home, path, draft } = await place();
  await fs.symlink('elsewhere', draft);
  await expect(put(path, 'new', { draft, platform })).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await fs.readdir(home)).toEqual(['.a.6162.tmp']);
});

test.each([
  [undefined, 0o600],
  [0o644, 0o644],
  [0o4755, 0o4755],
  ['usual', 0o640],
] as const)('the mode %s is %o', async (mode, expected) => {
  const { path, draft } = await place();
  const before = process.umask(0o027);
  try {
    await replaceWhole(path, 'new', { draft, platform, ...(mode !== undefined && { mode }) });
  } finally {
    process.umask(before);
  }
  expect((await fs.stat(path)).mode & 0o7777).toBe(expected);
});

test.runIf(process.geteuid?.() === 0)('the owner is who it is to be, before anybody sees it', async () => {
  const { path, draft } = await place();
  const owner = { uid: 12_345, gid: 12_345 };
  const seen: number[] = [];
  const agreed = async () => seen.push((await fs.stat(draft)).uid) > 0;
  await replaceWhole(path, 'new', { draft, platform, owner, mode: 0o640, agreed });
  expect(seen).toEqual([12_345]);
  expect(await fs.stat(path)).toMatchObject({ ...owner, mode: 0o100640 });
});
