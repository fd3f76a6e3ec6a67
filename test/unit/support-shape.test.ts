import { expect, test } from 'vitest';
import { difference } from '../support/shape.ts';

const MOMENT = '2026-11-20T10:00:00.000Z';

test.each<[unknown, unknown, string | undefined]>([
  [{ a: 1, b: 'x' }, { b: 'y', a: 2 }, undefined],
  [{ a: 1 }, { a: '1' }, '$.a is string, not number'],
  [{ a: 1 }, { a: null }, '$.a is null, not number'],
  [{ a: {} }, { a: [] }, '$.a is a list, not object'],
  [{ a: 1, b: 1 }, { a: 1 }, '$.b is missing'],
  [{ a: 1 }, { a: 1, b: 1 }, '$.b is not shown'],
  [{ a: 1, '…': '…' }, { a: 1, b: 1 }, undefined],
  [{ a: '…' }, { a: { b: 1 } }, undefined],
  [{ a: '…' }, {}, '$.a is missing'],
  [{ at: MOMENT }, { at: '2026-11-21T08:33:45.458Z' }, undefined],
  [{ at: MOMENT }, { at: 'in an hour' }, '$.at is string, not a moment'],
  [['x'], ['y', 'z'], undefined],
  [['x'], [], '$ has nothing like its element 0'],
  [[], ['x'], '$ is not empty'],
  [[{ a: 1 }], [{ a: 1 }, { b: 1 }], '$[1].a is missing'],
  [[{ a: 1 }, { b: 1 }], [{ b: 2 }, { a: 2 }, { a: 3 }], undefined],
])('the example %j and %j: %s', (example, actual, told) => {
  expect(difference(example, actual)).toBe(told);
});
