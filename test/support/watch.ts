// Waits for patterns in the growing output of a process.

type Wait = { pattern: RegExp; resolve(): void; reject(error: Error): void };

/** Milliseconds: less than a test has, so that what is missing is told, and what was there instead. */
const LIMIT = 45_000;

/** Each search begins where the last match ended. Call `look` when the text has grown, `end` when it will not. */
export function watcher(text: () => string) {
  const waits: Wait[] = [];
  let from = 0;
  let ended = false;
  const look = () => {
    for (let wait = waits[0]; wait !== undefined; wait = waits[0]) {
      const match = wait.pattern.exec(text().slice(from));
      if (match === null) return;
      from += match.index + match[0].length;
      waits.shift();
      wait.resolve();
    }
  };
  const missing = (pattern: RegExp) =>
    new Error(`the process ended without ${pattern}:\n${text().slice(from)}`);
  const awaited = (pattern: RegExp) =>
    new Error(`${pattern} did not come; since the last match: ${JSON.stringify(text().slice(from))}`);
  return {
    look,
    end() {
      ended = true;
      for (const { pattern, reject } of waits.splice(0)) reject(missing(pattern));
    },
    seen: (pattern: RegExp) =>
      new Promise<void>((settle, fail) => {
        const late = setTimeout(() => {
          waits.splice(waits.indexOf(wait), 1);
          wait.reject(awaited(pattern));
        }, LIMIT);
        const wait: Wait = {
          pattern,
          resolve() {
            clearTimeout(late);
            settle();
          },
          reject(error) {
            clearTimeout(late);
            fail(error);
          },
        };
        waits.push(wait);
        look();
        if (ended && waits.pop() !== undefined) wait.reject(missing(pattern));
      }),
  };
}
