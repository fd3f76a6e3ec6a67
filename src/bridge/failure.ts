// What a client is told of a failure that is ours to tell.

import { CancelledError, CliError } from '../errors.ts';
import { BRIDGE_FAILED, type Fault } from './message.ts';

/** One sentence and what can be done, which for a missing sign-in is the command; `data.code` is what programs read. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof CliError))
    return { code: BRIDGE_FAILED, message: 'mcp-cli proxy failed', data: { code: 'internal' } };
  const { code, hint, server } = error;
  if (error instanceof CancelledError)
    return { code: BRIDGE_FAILED, message: 'mcp-cli proxy was ended', data: { code } };
  const advice = hint
    ?.split('\n')
    .join('; ')
    .replace(/^sign in with: /, 'run: ');
  return {
    code: BRIDGE_FAILED,
    message: advice === undefined ? error.message : `${error.message}; ${advice}`,
    data: { code, ...(hint !== undefined && { hint }), ...(server !== undefined && { server }) },
  };
}
