// What is made of a run of the official conformance suite: a client that does nothing passes there now and then, and never here.
import { expect, test } from 'vitest';
import { checksOf, faultsOf, type Judged, type Run, staleListings } from '../conformance/verdict.mjs';

const run: Run = { release: 'next', scenario: 'auth/scope-step-up', wire: 'modern' };
const ids = checksOf(run) ?? [];
const command = {
  argv: ['tools', 'list'],
  exit: 0,
  stdout: '{"tools":[{"name":"a","description":"b"}]}',
  stderr: '',
  wanted: { exit: 0, gives: { tools: [{ name: 'a' }] } },
};
const good: Judged = {
  passed: true,
  checks: ids.map((id) => ({ id, name: id, status: 'SUCCESS' })),
  ran: [command],
  opened: 2,
};
const faults = (judged: Partial<Judged>) => faultsOf(run, { opened: 2 }, { ...good, ...judged });
const failed = (more: object) => ({
  ran: [{ ...command, exit: 7, stdout: '', wanted: { exit: 7, fails: 'bad' }, ...more }],
});

test('a run as it is wanted has no fault', () => {
  expect(faults({})).toEqual([]);
  expect(faults(failed({ stderr: 'progress\n{"error":{"code":"bad"}}\n' }))).toEqual([]);
});

test.each<[string, Partial<Judged>, string]>([
  ['a client that does nothing', { checks: [], ran: [], opened: 0 }, 'no command was run'],
  ['a verdict of the suite', { passed: false }, 'the suite says that it failed'],
  [
    'a check that was not made',
    { checks: good.checks.filter(({ id }) => id !== 'sep-2350-scope-union-on-reauth') },
    'sep-2350-scope-union-on-reauth was not seen to succeed',
  ],
  [
    'a warning',
    { checks: [...good.checks, { id: 'x', name: 'X', status: 'WARNING', errorMessage: 'hm' }] },
    'WARNING x: hm',
  ],
  [
    'a check that was skipped',
    { checks: [...good.checks, { id: 'x', name: 'X', status: 'SKIPPED', description: 'no' }] },
    'SKIPPED x: no',
  ],
  [
    'a check that nobody knows',
    { checks: [...good.checks, { id: 'x', name: 'X', status: 'SUCCESS' }] },
    'x succeeded, and is not in checks.json',
  ],
  ['a browser too often', { opened: 3 }, 'the browser was opened 3 times, not 2'],
  ['an exit code', { ran: [{ ...command, exit: 4, stderr: 'why' }] }, 'tools list: exit 4, not 0: why'],
  [
    'another result',
    { ran: [{ ...command, stdout: '{"tools":[]}' }] },
    'tools list: not the result that was wanted: {"tools":[]}',
  ],
  [
    'no JSON',
    { ran: [{ ...command, stdout: 'tools' }] },
    'tools list: not the result that was wanted: tools',
  ],
  [
    'a result beside a failure',
    failed({ stdout: '{}', stderr: '{"error":{"code":"bad"}}' }),
    'tools list: a result beside the failure',
  ],
  [
    'another failure',
    failed({ stderr: '{"error":{"code":"worse"}}' }),
    'tools list: the error worse, not bad',
  ],
])('%s is a fault', (_, judged, fault) => {
  expect(faults(judged)).toContain(fault);
});

test('a scenario that nobody has looked at is a fault, and so is a listing without a scenario', () => {
  expect(faultsOf({ ...run, scenario: 'auth/new' }, { opened: 2 }, good)).toEqual([
    'nothing is known about this scenario',
  ]);
  expect(staleListings([]).length).toBeGreaterThan(0);
});

test('what is wanted depends on the release and the wire', () => {
  expect(ids).toContain('sep-837-application-type-present');
  expect(checksOf({ ...run, wire: 'legacy' })).not.toContain('sep-2350-scope-union-on-reauth');
  expect(checksOf({ ...run, release: 'stable', wire: 'legacy' })).not.toContain(
    'sep-837-application-type-present',
  );
});
