import { CancelledError } from '../errors.ts';
import type { Listener, ListenOptions } from './callback.ts';
import { outcomeOf } from './outcome.ts';

/** What waits for the browser's answer. Without `startUrl`, nothing can come back by itself. */
export type Receiver = Omit<Listener, 'startUrl'> & Partial<Pick<Listener, 'startUrl'>>;

/**
 * For a redirect that leads to another machine, or to a program of its own: nothing is listened on, and the wait ends
 * with the person's time.
 */
export function waitElsewhere(
  options: Pick<ListenOptions, 'redirectUri' | 'signal' | 'timeout' | 'stuck'>,
): Receiver {
  const { redirectUri, signal, timeout, stuck } = options;
  const outcome = outcomeOf<URLSearchParams>({ signal, timeout, stuck, finished: () => {} });
  return {
    redirectUri,
    wait: () => outcome.promise,
    close: async () => outcome.fail(new CancelledError()),
  };
}
