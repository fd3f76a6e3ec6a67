import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { timeLimit } from '../../src/limit.ts';

test('a limit that is part of another signal ends it, whatever was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const alive = new AbortController();
  const over = () => AbortSignal.any([alive.signal, timeLimit(200)]);
  const waits = Array.from({ length: 20 }, () => {
    const signal = over();
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  for (let round = 0; round < 5; round++) {
    collect();
    await setImmediate();
  }
  await expect(Promise.all(waits)).resolves.toHaveLength(20);
});
