// What `auth doctor` found, for tests.
import { expect } from 'vitest';
import type { Result } from '../../src/doctor/finding.ts';
import type { CliResult } from './cli.ts';

export type Report = {
  server: string;
  url?: string;
  platform: string;
  passed: boolean;
  failed?: string;
  steps: Result[];
};

/**
 * The report of a run with `--json`. Fails if the exit, the first failure and the error do not say the same, or if a
 * step is without a clause or an obstacle without a way on.
 */
export function reportOf({ exit, stdout, stderr }: CliResult): Report {
  const report = JSON.parse(stdout) as Report;
  const first = report.steps.find(({ status }) => status === 'failed');
  expect(report.passed).toBe(first === undefined);
  expect(report.failed).toBe(first?.step);
  expect(exit).toBe(first?.exit ?? 0);
  for (const { step, status, clause, seen, code, fix } of report.steps) {
    expect(clause, step).toMatch(/\S/);
    expect(seen, step).toMatch(/^\S[^\n]*$/);
    if (status === 'failed')
      expect({ step, code, fix }).toMatchObject({
        code: expect.stringMatching(/\w/),
        fix: expect.stringMatching(/\w/),
      });
  }
  if (first)
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: first.code },
    });
  return report;
}

/** `step: status code`, of everything that is not as it should be. */
export function odd({ steps }: Report): string[] {
  return steps
    .filter(({ status }) => status === 'failed' || status === 'warning')
    .map(({ step, status, code }) => [step, status, code].filter(Boolean).join(' '));
}

export function step(report: Report, name: string): Result {
  const found = report.steps.find((each) => each.step === name);
  if (!found) throw new Error(`there is no step ${name}`);
  return found;
}
