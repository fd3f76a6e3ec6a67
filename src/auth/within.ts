import { timeLimit } from '../limit.ts';
import type { AuthContext } from './context.ts';

/**
 * The command's signal with a limit: `requests` times what one request may take, its answer included. Without one a
 * server that sends a byte now and then would hold the command for ever.
 */
export function within(ctx: Pick<AuthContext, 'signal' | 'requestTimeout'>, requests = 1): AbortSignal {
  return AbortSignal.any([ctx.signal, timeLimit(requests * ctx.requestTimeout)]);
}
