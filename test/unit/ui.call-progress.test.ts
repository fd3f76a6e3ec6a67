// How far a call is, drawn on a terminal and written into a log.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callProgress } from '../../src/ui/call-progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function shown(isTTY: boolean, silent = false, env = {}, columns = 60) {
  let text = '';
  const err = (more: string) => {
    text += more;
  };
  const stderr = { isTTY, columns };
  const progress = callProgress({ err, stderr, now: () => Date.now(), env }, silent);
  return { ...progress, text: () => text };
}

const AGAIN = '\r\u001b[2K';

describe('on a terminal', () => {
  test.each<[string, Parameters<ReturnType<typeof callProgress>['show']>[0], string]>([
    ['a share', { progress: 1, total: 4, message: 'reading' }, '███░░░░░░░ 25 % (0:00) reading'],
    ['no total', { progress: 7 }, 'step 7 (0:00)'],
    ['more than all', { progress: 9, total: 3 }, '██████████ 100 % (0:00)'],
    ['less than nothing', { progress: -9, total: 3 }, '░░░░░░░░░░ 0 % (0:00)'],
    ['a total of nothing', { progress: 1, total: 0 }, 'step 1 (0:00)'],
    ['words that would move the cursor', { progress: 1, message: '\u001b[2J\u0007x' }, 'step 1 (0:00) '],
  ])('%s', (_, step, line) => {
    const { show, text } = shown(true);
    show(step);
    expect(text().startsWith(`${AGAIN}⏳ ${line}`)).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    expect(text().slice(AGAIN.length)).not.toMatch(/[\u001b\u0007]/);
  });

  test.each([
    ['a narrow one', {}, 40, '⏳ ███░░ 50 % (0:00) reading the first…'],
    ['a narrow one without Unicode', { TERM: 'dumb' }, 40, '[###..] 50 % (0:00) reading the firs...'],
    [
      'one of another locale',
      { LANG: 'C' },
      100,
      '[#####.....] 50 % (0:00) reading the first of the many files',
    ],
  ])('%s', (_, env, columns, line) => {
    const { show, text } = shown(true, false, env, columns);
    show({ progress: 1, total: 2, message: 'reading the first of the many files' });
    expect(text()).toBe(`${AGAIN}${line}`);
  });

  test('the clock runs on between two steps, and stops with the line', () => {
    const { show, clear, text } = shown(true);
    show({ progress: 1 });
    vi.advanceTimersByTime(2_000);
    expect(text()).toContain('step 1 (0:02)');
    clear();
    const before = text();
    expect(before.endsWith(AGAIN)).toBe(true);
    vi.advanceTimersByTime(5_000);
    expect(text()).toBe(before);
  });
});

describe('in a log', () => {
  test('is a line every three seconds, with the latest step', () => {
    const { show, text } = shown(false);
    for (let step = 1; step <= 50; step++) {
      show({ progress: step, total: 100, message: `file ${step}` });
      vi.advanceTimersByTime(100);
    }
    expect(text()).toBe('⏳ 30 % (0:03) file 30\n');
  });

  test('is nothing for a call that is over sooner', () => {
    const { show, clear, text } = shown(false);
    show({ progress: 1 });
    clear();
    vi.advanceTimersByTime(10_000);
    expect(text()).toBe('');
  });
});

test('is nothing at all where it is not wanted', () => {
  const { show, text } = shown(true, true);
  show({ progress: 1 });
  expect(text()).toBe('');
});
