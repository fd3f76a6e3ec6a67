import { describe, expect, test } from 'vitest';
import { chooseScopes, coversScopes, unionScopes } from '../../src/auth/scope.ts';

const facts = { configured: [], challenged: [], resource: [], server: [], stepUp: [], withoutOffline: false };

describe('chooseScopes', () => {
  test.each([
    ['nothing known', {}, [], false],
    ['configured beats all', { configured: ['c'], challenged: ['h'], resource: ['r'] }, ['c'], false],
    ['challenge beats resource', { challenged: ['h'], resource: ['r'] }, ['h'], false],
    ['resource last', { resource: ['r', 's'] }, ['r', 's'], false],
    [
      'offline where listed',
      { resource: ['r'], server: ['offline_access', 'x'] },
      ['r', 'offline_access'],
      true,
    ],
    ['offline not alone', { server: ['offline_access', 'x'] }, [], false],
    [
      'offline once',
      { configured: ['offline_access'], server: ['offline_access'] },
      ['offline_access'],
      false,
    ],
    ['offline dropped', { resource: ['r'], server: ['offline_access'], withoutOffline: true }, ['r'], false],
    ['step-up adds', { configured: ['a'], stepUp: ['a', 'b'] }, ['a', 'b'], false],
  ])('%s', (_, given, scopes, addedOffline) => {
    expect(chooseScopes({ ...facts, ...given })).toEqual({ scopes, addedOffline });
  });
});

test('unionScopes keeps the first order', () => {
  expect(unionScopes(['b', 'a'], ['a', 'c'])).toEqual(['b', 'a', 'c']);
});

test('an unknown grant covers nothing but the empty wish', () => {
  expect(coversScopes(undefined, [])).toBe(true);
  expect(coversScopes(undefined, ['a'])).toBe(false);
  expect(coversScopes('a b', ['b'])).toBe(true);
});
