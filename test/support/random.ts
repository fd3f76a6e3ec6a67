/** Mulberry32: the same numbers from 0 to 1 for the same seed, on every machine. */
export function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Does `work` for every item, so many at once. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const run = async (worker: number) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item, worker);
  };
  await Promise.all(Array.from({ length: width }, (_, worker) => run(worker)));
}
