// What is read from files and stores, and differs from a good one in one place.
import { describe, expect, test } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { parseRecord } from '../../src/store/record.ts';
import { parseToken } from '../../src/store/token.ts';
import { changed, tableOf, type Vector } from '../support/vectors.ts';
import { http } from './config-entry.ts';

const SUBJECTS: [string, (value: unknown) => unknown][] = [
  ['record', (value) => parseRecord(JSON.stringify(value), 'notion')],
  ['token-value', (value) => parseToken(JSON.stringify(value), '~bearer:mine')],
  ['configuration', (value) => http(value as Record<string, unknown>)],
];

describe.each(SUBJECTS.map(([file, read]) => ({ ...tableOf<object>(file), read })))(
  '$subject',
  ({ good, vectors, read }) => {
    test('that is good is taken', () => {
      expect(judged(() => read(good))).toEqual({ exit: 0, code: '', hint: true });
    });

    test.each<Vector>(vectors)('$name', ({ set, exit, code }) => {
      expect(judged(() => read(changed(good, set)))).toEqual({ exit, code, hint: true });
    });
  },
);

function judged(work: () => unknown): { exit: number; code: string; hint: boolean } {
  try {
    work();
    return { exit: 0, code: '', hint: true };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { exit: error.exit, code: error.code, hint: Boolean(error.hint) };
  }
}
