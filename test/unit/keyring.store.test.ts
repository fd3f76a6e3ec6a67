// Where a value lies, short or long, and that a crash between two steps loses nothing. The keyring is a map.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../src/errors.ts';
import type { Engine } from '../../src/store/keyring/engine.ts';
import { openKeyringStore } from '../../src/store/keyring/store.ts';
import { secretServiceOptions } from '../support/keyring.ts';
import { errorOf, makeHome } from '../support/store.ts';

const LONG = 'l'.repeat(5_000);
const LONGER = 'm'.repeat(50_000);

let home: string;
let entries: Map<string, string>;
let calls: string[];
/** Before this call of a kind, the process dies. */
let dies: string | undefined;
beforeEach(async () => {
  home = await makeHome();
  entries = new Map();
  calls = [];
  dies = undefined;
});

const engine: Engine = {
  async call(verb, account, { value = '' } = {}) {
    calls.push(verb);
    if (verb === dies) throw new StoreError('crashed', 'the process was killed here', { hint: 'none' });
    if (verb === 'get') return entries.get(account) ?? null;
    if (verb === 'set') entries.set(account, value);
    return verb === 'delete' ? entries.delete(account) : true;
  },
  end: () => undefined,
};
const openStore = () => openKeyringStore(secretServiceOptions({ HOME: home }), engine);
const tokens = () => join(home, '.mcp_cli/tokens');
const files = () => readdirSync(tokens()).filter((name) => name.endsWith('.enc'));

test('a short value is the entry itself, under the name that users know', async () => {
  const store = await openStore();
  await store.set('notion@work', 'short');
  expect([...entries]).toEqual([['notion@work', 'short']]);
  expect(files()).toEqual([]);
  expect(store.where('notion@work')).toBe('the Secret Service: mcp-cli-oauth/notion@work');
});

test('a long value is a file that the entry has the key of', async () => {
  const store = await openStore();
  await store.set('notion', LONG);
  const [entry = ''] = entries.values();
  expect(JSON.parse(entry)).toEqual({ v: 1, wrapped: true, k: expect.any(String), f: 'notion.kr.enc' });
  expect(files()).toEqual(['notion.kr.enc']);
  expect(readFileSync(join(tokens(), 'notion.kr.enc'), 'latin1')).not.toContain('llll');
});

test('a renewal of a long value replaces the file, and writes no entry', async () => {
  const store = await openStore();
  await store.set('notion', LONG);
  const before = new Map(entries);
  calls = [];
  await store.set('notion', LONGER);
  expect(calls).toEqual(['get']);
  expect(entries).toEqual(before);
  expect(await store.get('notion')).toBe(LONGER);
});

test('a value that became short leaves no file', async () => {
  const store = await openStore();
  await store.set('notion', LONG);
  await store.set('notion', 'short');
  expect(files()).toEqual([]);
  expect(await store.get('notion')).toBe('short');
});

test('a deletion leaves nothing, in whichever shape', async () => {
  const store = await openStore();
  for (const value of ['short', LONG]) {
    await store.set('notion', value);
    expect(await store.delete('notion')).toBe(true);
    expect(entries.size).toBe(0);
    expect(files()).toEqual([]);
    expect(await store.list()).toEqual([]);
  }
});

test('the registry has names and no secrets', async () => {
  const store = await openStore();
  await store.set('notion', 'short');
  const registry = JSON.parse(readFileSync(join(home, '.mcp_cli/token_registry.json'), 'utf8')) as object;
  expect(registry).toEqual({ version: 1, entries: { notion: { backend: 'secretservice' } } });
});

describe('a process that is killed between two steps', () => {
  test.each<[string, string, string, string]>([
    ['growing', 'short', LONG, 'set'],
    ['growing further', LONG, LONGER, 'get'],
    ['shrinking', LONG, 'short', 'set'],
    ['staying short', 'short', 'other', 'set'],
  ])('%s: the old value is there, and the next one is taken', async (_, old, next, step) => {
    await (await openStore()).set('notion', old);
    dies = step;
    await errorOf((await openStore()).set('notion', next));
    dies = undefined;
    const store = await openStore();
    expect(await store.get('notion')).toBe(old);
    await store.set('notion', next);
    expect(await store.get('notion')).toBe(next);
    expect(await store.delete('notion')).toBe(true);
    expect(files()).toEqual([]);
  });

  test('the first save: nothing is there, though a name and a file are', async () => {
    dies = 'set';
    await errorOf((await openStore()).set('notion', LONG));
    dies = undefined;
    const store = await openStore();
    expect(await store.get('notion')).toBeUndefined();
    expect(await store.list()).toEqual(['notion']);
    expect(await store.delete('notion')).toBe(false);
    expect(files()).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  test('a deletion, after the entry: the file is nothing without it', async () => {
    await (await openStore()).set('notion', LONG);
    entries.clear();
    const store = await openStore();
    expect(await store.get('notion')).toBeUndefined();
    await store.set('notion', LONGER);
    expect(await store.get('notion')).toBe(LONGER);
  });
});

describe('what people and others do', () => {
  test('removing the entry, or the file, by hand is a reset', async () => {
    const store = await openStore();
    await store.set('notion', LONG);
    await rm(join(tokens(), 'notion.kr.enc'));
    expect(await store.get('notion')).toBeUndefined();
  });

  test('a file of another server, or another key: damaged, not missing', async () => {
    const store = await openStore();
    await store.set('notion', LONG);
    await store.set('other', LONGER);
    entries.set('notion', entries.get('other') ?? '');
    writeFileSync(join(tokens(), 'notion.kr.enc'), readFileSync(join(tokens(), 'other.kr.enc')));
    expect(await errorOf(store.get('notion'))).toMatchObject({ code: 'corrupt' });
  });

  test('an entry says nothing about which file is read', async () => {
    const store = await openStore();
    await store.set('notion', LONG);
    await store.set('other', LONGER);
    entries.set('notion', (entries.get('notion') ?? '').replace('notion.kr.enc', '../../../etc/passwd'));
    expect(await store.get('notion')).toBe(LONG);
  });

  test('a value that grows while it is read is found', async () => {
    const store = await openStore();
    await store.set('notion', LONG);
    const old = entries.get('notion') ?? '';
    await store.delete('notion');
    await store.set('notion', LONGER);
    const now = entries.get('notion') ?? '';
    let looks = 0;
    const changing: Engine = { ...engine, call: async () => (looks++ === 0 ? old : now) };
    const reader = await openKeyringStore(secretServiceOptions({ HOME: home }), changing);
    expect(await reader.get('notion')).toBe(LONGER);
  });

  test('a value of 5 MB is refused before anything is written', async () => {
    const store = await openStore();
    expect(await errorOf(store.set('notion', 'x'.repeat(5_000_000)))).toMatchObject({ code: 'too_large' });
    expect(calls).toEqual([]);
  });
});
