// What every store promises, whatever is under it. Run by one test file for each store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecretStore, StoreName } from '../../src/store/store.ts';

/** A place of its own for one test; `open` opens it anew, as the next process would. */
export type StoreUnderTest = { open(): Promise<SecretStore>; close(): Promise<void> };

const KEYS = [
  'notion',
  'notion@work',
  'notion@me@example.com',
  'Notion',
  'a.b',
  'a_b',
  'a:b',
  '../../etc/passwd',
  '.hidden',
  'con',
  'nul.enc',
  'with blank',
  '%40scope/name',
  'https://mcp.example.com/mcp?x=1',
  'sälvör-日本-🙂',
  'two\u2028lines',
  '__proto__',
  'x'.repeat(300),
];

const VALUES: [string, string][] = [
  ['one character', 'x'],
  ['JSON', JSON.stringify({ accessToken: 'a.b-c_d~e', n: [1, null, { deep: '"\\' }] })],
  ['unicode', 'grüße 日本語 🙂 \u0000 \r\n\t'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029c\u0085d'],
  ['1,200 characters', 'a'.repeat(1_200)],
  ['1,201 characters', 'a'.repeat(1_201)],
  ['4 kB', 'b'.repeat(4_096)],
  ['20 kB', 'é'.repeat(10_000)],
  ['1 MB', 'c'.repeat(1_000_000)],
];

export function storeContract(name: StoreName, make: () => Promise<StoreUnderTest>, which = ''): void {
  describe(`the contract of every store: ${name} ${which}`, () => {
    let place: StoreUnderTest;
    let store: SecretStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.close());

    test('says its name', () => {
      expect(store.name).toBe(name);
    });

    test('is ready before the first value and after it, without making one', async () => {
      await store.ready();
      expect(await store.list()).toEqual([]);
      await store.set('notion', '1');
      await (await place.open()).ready();
      expect(await store.list()).toEqual(['notion']);
    });

    test('what is missing is a value, not an error', async () => {
      expect(await store.get('nobody')).toBeUndefined();
      expect(await store.delete('nobody')).toBe(false);
      expect(await store.list()).toEqual([]);
    });

    test.each(VALUES)('gives back what was put in: %s', async (_, value) => {
      await store.set('notion', value);
      expect(await store.get('notion')).toBe(value);
      expect(await (await place.open()).get('notion')).toBe(value);
    });

    test('the last value counts, longer or shorter', async () => {
      for (const value of ['short', 'l'.repeat(5_000), 'tiny']) {
        await store.set('notion', value);
        expect(await store.get('notion')).toBe(value);
      }
      expect(await store.list()).toEqual(['notion']);
    });

    test('keeps keys apart and lists them as given, sorted', async () => {
      for (const key of KEYS) await store.set(key, `value of ${key}`);
      for (const key of KEYS) expect(await store.get(key)).toBe(`value of ${key}`);
      expect(await store.list()).toEqual([...KEYS].sort());
      expect(await (await place.open()).list()).toEqual([...KEYS].sort());
    });

    test('deletes one entry, once', async () => {
      await store.set('notion', '1');
      await store.set('notion@work', '2');
      expect(await store.delete('notion')).toBe(true);
      expect(await store.delete('notion')).toBe(false);
      expect(await store.get('notion')).toBeUndefined();
      expect(await store.get('notion@work')).toBe('2');
      expect(await store.list()).toEqual(['notion@work']);
      await store.set('notion', '3');
      expect(await store.get('notion')).toBe('3');
    });

    test('sees what another process did', async () => {
      const other = await place.open();
      await store.set('notion', 'mine');
      await other.set('notion', 'theirs');
      expect(await store.get('notion')).toBe('theirs');
      await other.delete('notion');
      expect(await store.get('notion')).toBeUndefined();
      expect(await store.list()).toEqual([]);
      await store.set('notion', 'mine again');
      expect(await other.get('notion')).toBe('mine again');
    });

    test('many writers at once: every key is there, and one key holds one whole value', async () => {
      const stores = await Promise.all([1, 2, 3].map(() => place.open()));
      const keys = Array.from({ length: 12 }, (_, n) => `Server ${n}`);
      const same = Array.from({ length: 12 }, (_, n) => String(n).repeat(2_000 + n));
      await Promise.all([
        ...keys.map((key, n) => stores[n % 3]!.set(key, key)),
        ...same.map((value, n) => stores[n % 3]!.set('shared', value)),
      ]);
      expect(await store.list()).toEqual([...keys, 'shared'].sort());
      expect(same).toContain(await store.get('shared'));
    });

    test('tells a person where a value is', () => {
      expect(store.where('notion')).toContain('notion');
      expect(store.where('notion')).not.toBe(store.where('notion@work'));
    });
  });
}
