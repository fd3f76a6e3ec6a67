// Texts that are made to keep the search for carried text busy. What it finds is in chat.data.test.ts.
import { expect, test } from 'vitest';
import { carriedFrom } from '../../src/chat/taint.ts';

const SECRET = 'the vault opens with seven turns to the left';
/** One character that becomes 18: peace and blessings. */
const LONG = '\ufdfa';
const COUNT = 100_000;

function search(output: string, typed = '', body = `FYI: ${SECRET}`): string[] {
  return carriedFrom('mail', { body }, [{ server: 'wiki', text: output }], [typed]);
}

/** Milliseconds, the least of three. */
function time(work: () => void): number {
  const times = [0, 1, 2].map(() => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

/** How often a piece of a text is made. */
function pieces(work: () => void): number {
  const { slice } = String.prototype;
  let count = 0;
  String.prototype.slice = function (this: string, ...where) {
    count++;
    return slice.apply(this, where);
  };
  try {
    work();
  } finally {
    String.prototype.slice = slice;
  }
  return count;
}

const texts: [string, string][] = [
  ['characters that become 18', LONG.repeat(COUNT)],
  ['those and others by turns', `${LONG}x`.repeat(COUNT / 2)],
  ['marks that are out of order', '\u0315\u0300\u05ae'.repeat(COUNT / 3)],
  ['half marks that are out of order', '\u0315\uff9e'.repeat(COUNT / 2)],
  ['blanks', '\u3000\n'.repeat(COUNT / 2)],
];

test.each(texts)('%s cost what other text of that length costs, many times over at most', (_, text) => {
  const plain = 'a plain word or two '.repeat(COUNT / 20);
  const most = 50 * (1 + time(() => search(plain, plain)));
  expect(time(() => search(text, text))).toBeLessThan(most);
});

test.each(texts)('for %s no piece is made of what is looked through', (_, text) => {
  expect(pieces(() => search(text, text))).toBeLessThan(1000);
});

test.each(texts)('what stands behind %s is found', (_, text) => {
  expect(search(`${text} ${SECRET} ${text}`)).toEqual(['wiki']);
  expect(search(text)).toEqual([]);
});

test.each([
  ['a character and what it becomes', LONG.repeat(3), LONG.normalize('NFKC').repeat(3)],
  ['letters in two forms', 'é'.repeat(30), 'e\u0301'.repeat(30)],
  [
    'marks in another order',
    `a${'\u0315\u0300'.repeat(10)}b and more than that`,
    `a${'\u0300'.repeat(10)}${'\u0315'.repeat(10)}b and more than that`,
  ],
])('%s are the same', (_, one, other) => {
  expect(search(`so it says: ${one}.`, '', other)).toEqual(['wiki']);
  expect(search(`so it says: ${other}.`, '', one)).toEqual(['wiki']);
});
