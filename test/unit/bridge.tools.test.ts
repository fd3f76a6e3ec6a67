import { describe, expect, test } from 'vitest';
import { mayUse, refusalOf, withoutRefused } from '../../src/bridge/tools.ts';

describe('patterns', () => {
  test.each([
    ['search', 'search', true],
    ['search', 'Search', false],
    ['search', 'search2', false],
    ['get_*', 'get_page', true],
    ['get_*', 'get_', true],
    ['get_*', 'forget_page', false],
    ['*_page', 'get_page', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(10_000), false],
  ])('%s and %s', (pattern, name, expected) => {
    expect(mayUse({ allow: [pattern], deny: [] }, name)).toBe(expected);
    expect(mayUse({ allow: undefined, deny: [pattern] }, name)).toBe(!expected);
  });
});

test('what is denied beats what is allowed', () => {
  const rules = { allow: ['*'], deny: ['delete_*'] };
  expect([mayUse(rules, 'delete_all'), mayUse(rules, 'search')]).toEqual([false, true]);
});

test('a call without a name goes to the server only where there are no rules', () => {
  expect(refusalOf({ allow: undefined, deny: [] }, { arguments: {} })).toBeUndefined();
  expect(refusalOf({ allow: undefined, deny: ['a'] }, { name: ['a'] })).toMatchObject({ code: -32602 });
  expect(refusalOf({ allow: ['a'], deny: [] }, undefined)).toMatchObject({ code: -32602 });
});

test('a list keeps all else that is in it', () => {
  const rules = { allow: undefined, deny: ['b'] };
  const result = { tools: [{ name: 'a', more: 1 }, { name: 'b' }, 'c'], nextCursor: 'x', _meta: { y: 1 } };
  expect(withoutRefused(rules, { result })).toEqual({
    result: { tools: [{ name: 'a', more: 1 }], nextCursor: 'x', _meta: { y: 1 } },
  });
  expect(withoutRefused(rules, { error: { code: 1, message: 'no' } })).toEqual({
    error: { code: 1, message: 'no' },
  });
});
