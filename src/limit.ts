/**
 * Aborts after so many milliseconds, also as a part of `AbortSignal.any`: Node 20 collects a timeout that has no listener of its
 * own, and what was made of it then never ends.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  signal.addEventListener('abort', () => {}, { once: true });
  return signal;
}
