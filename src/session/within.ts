import { createContext, runInContext } from 'node:vm';

/**
 * What `work` returns, or undefined if it takes more than `limit` milliseconds. A server's words can keep a regular
 * expression busy for ever, and no Ctrl-C reaches a program inside it; the time limit of a script ends it. Nothing but
 * our own function runs there. What `work` throws is thrown.
 */
export function within<T>(limit: number, work: () => T): T | undefined {
  const context = createContext({ work });
  try {
    return runInContext('work()', context, { timeout: limit }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
