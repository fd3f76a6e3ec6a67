// The time limit of a call: anew with every sign of life, at rest while a person thinks, and not for ever.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import { openPatience } from '../../src/session/patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const HOUR = 60 * 60_000;

/** A request that ends only when it is told to, and what became of it. */
function begun(timeout: number) {
  const patience = openPatience(timeout);
  const stop = new AbortController();
  let end: unknown;
  let token = 0;
  const done = patience
    .request(
      ({ options, meta }) => {
        token = meta.progressToken;
        return new Promise((_, reject) => {
          options.signal.addEventListener('abort', () => reject(options.signal.reason), { once: true });
        });
      },
      { signal: stop.signal },
    )
    .catch((error: unknown) => {
      end = error;
    });
  return { patience, stop, done, token: () => token, end: () => end };
}

test('a silent server is left after the limit', async () => {
  const { end } = begun(1_000);
  await vi.advanceTimersByTimeAsync(999);
  expect(end()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(end()).toMatchObject({ code: 'REQUEST_TIMEOUT' });
});

test('progress begins the limit anew; that of another request does not', async () => {
  const { patience, token, end } = begun(1_000);
  await vi.advanceTimersByTimeAsync(900);
  patience.heard(token(), { progress: 1 });
  await vi.advanceTimersByTimeAsync(900);
  expect(end()).toBeUndefined();
  patience.heard(token() + 1, { progress: 1 });
  await vi.advanceTimersByTimeAsync(100);
  expect(end()).toBeDefined();
});

test('progress without end is left after an hour', async () => {
  const { patience, token, end } = begun(60_000);
  for (let passed = 0; passed < HOUR; passed += 30_000) {
    expect(end()).toBeUndefined();
    patience.heard(token(), { progress: passed });
    await vi.advanceTimersByTimeAsync(30_000);
  }
  expect(end()).toMatchObject({ code: 'REQUEST_TIMEOUT' });
});

test('the limit rests while a person thinks, and goes on after that', async () => {
  const { patience, end } = begun(1_000);
  let answer: () => void = () => {};
  const asked = patience.aside(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(end()).toBeUndefined();
  answer();
  await asked;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(end()).toBeDefined();
});

test('a question is over with the request that it was for', async () => {
  const { patience, stop, done } = begun(1_000);
  let withdrawn = false;
  const asked = patience.aside(
    (over) =>
      new Promise<void>((resolve) => {
        over.addEventListener('abort', () => {
          withdrawn = true;
          resolve();
        });
      }),
  );
  stop.abort();
  await done;
  await asked;
  expect(withdrawn).toBe(true);
});

test('what a question failed of is what the request fails of', async () => {
  const { patience, done, end } = begun(1_000);
  const failure = new NetworkError('closed', 'gone', { hint: 'try again' });
  patience.fail(failure);
  await done;
  expect(end()).toBe(failure);
});
