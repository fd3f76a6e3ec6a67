import { type Context, createContext, runInContext } from 'node:vm';

/** One for all: to make it takes longer than most of what runs there. */
let place: Context | undefined;

/**
 * What `work` returns, or undefined if it takes more than `limit` milliseconds. A server's words can keep a regular
 * expression busy for ever, and no Ctrl-C reaches a program inside it; the time limit of a script ends it. Nothing but
 * our own function runs there. What `work` throws is thrown.
 */
export function within<T>(limit: number, work: () => T): T | undefined {
  place ??= createContext({ work: undefined });
  place.work = work;
  try {
    return runInContext('work()', place, { timeout: limit }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    place.work = undefined;
  }
}
