// What a session remembers of its calls, however long it lasts and whatever it is given.
import { expect, test } from 'vitest';
import { remember } from '../../src/shell/slash/history.ts';
import type { Call } from '../../src/shell/state.ts';

function called(sizes: number[]): Call[] {
  const calls: Call[] = [];
  for (const [at, size] of sizes.entries()) {
    const args = { text: 'x'.repeat(size) };
    remember({ calls }, { at, server: 'notes', tool: 'keep', args, ms: 1, outcome: 'ok' });
  }
  return calls;
}

const MEGABYTE = 1_000_000;

test.each<[string, number[], number[]]>([
  [
    'the last thousand',
    Array.from({ length: 1002 }, () => 1),
    Array.from({ length: 1000 }, (_, at) => at + 2),
  ],
  [
    'as many as have eight megabytes of arguments',
    Array.from({ length: 10 }, () => MEGABYTE),
    [3, 4, 5, 6, 7, 8, 9],
  ],
  ['the last one, whatever its size', [1, 1, 9 * MEGABYTE], [2]],
  ['what comes after a large one', [1, 9 * MEGABYTE, 1, 1], [2, 3]],
])('%s', (_, sizes, kept) => {
  expect(called(sizes).map(({ at }) => at)).toEqual(kept);
});
