// What the bench has begun, so that it can be ended from anywhere: processes first, then the rest, the last one first.
const steps = [];
const running = new Set();
let isEnding = false;

/** `step` is run when the bench ends, however it ends. */
export const later = (step) => void steps.push(step);

/** Ends the process with the bench. `end` is how; until `ended` is called. */
export function watched(end) {
  running.add(end);
  return { ended: () => running.delete(end) };
}

/** From Ctrl-C on, nothing new begins: whoever asks waits until the process is over. */
export const unlessEnding = () => (isEnding ? new Promise(() => {}) : undefined);

export async function undo() {
  while (steps.length > 0) await attempt(steps.pop());
}

/** Ctrl-C, and what a supervisor sends: the exit code is the one that shells give to the signal. */
export function undoOnSignals() {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ])
    process.on(signal, async () => {
      if (isEnding) return;
      isEnding = true;
      for (const end of running) await attempt(end);
      await undo();
      process.exit(128 + number);
    });
}

// One that fails or hangs must not keep the others from being undone; what it would have ended may be gone already.
async function attempt(step) {
  let limit;
  const late = new Promise((resolve) => {
    limit = setTimeout(resolve, 10_000);
  });
  try {
    await Promise.race([step(), late]);
  } catch {
  } finally {
    clearTimeout(limit);
  }
}
