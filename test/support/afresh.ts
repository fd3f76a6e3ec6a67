// Vitest's set-up before each test file. The files share their workers, so that the packages are loaded once a worker and
// not once a file; what is ours is evaluated anew for each of them, and none may leave the process other than it was.
import { afterAll, expect, vi } from 'vitest';

vi.resetModules();

const before = state();
afterAll(() => expect(state()).toEqual(before));

function state() {
  return {
    env: { ...process.env },
    folder: process.cwd(),
    umask: process.umask(),
    fetch: globalThis.fetch,
    signals: ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name)),
  };
}
