// What an error of an MCP server says is broken, and the repair of it: one step-up, one new session after a lost one,
// one sign-in after a refused token, each once an operation. Loaded only after the SDK.

import {
  InsufficientScopeError,
  ProtocolError as RpcError,
  SdkHttpError,
} from '@modelcontextprotocol/client';
import type { Bearer } from '../auth/bearer.ts';
import { wantsSignIn } from './quirks.ts';
import { ownError, SessionLost } from './translate.ts';
import type { Refusal } from './watch.ts';

export type Repair = { reopen(): Promise<void>; refusal(): Refusal | undefined };

type Cause = 'lost' | 'scope' | 'token' | 'final';

/** Repairs what an error says is broken, each cause once; throws if that was done before, fails, or is no help. */
export function mender(
  { bearer, signal }: { bearer: Bearer | undefined; signal: AbortSignal },
  repair: Repair | undefined,
): (error: unknown) => Promise<void> {
  const left = new Set<Cause>(repair ? ['lost', 'scope', 'token'] : ['scope', 'token']);
  return async (error) => {
    if (signal.aborted || !bearer || ownError(error)) throw error;
    const refusal = repair?.refusal() ?? (error as { refusal?: Refusal }).refusal;
    let cause = causeOf(error, refusal);
    // A new session is refused in the same way: then it is the token after all.
    if (error instanceof SessionLost && !left.has('lost')) cause = 'token';
    if (!left.delete(cause)) throw cause === 'lost' && repair ? new SessionLost() : error;
    if (cause === 'lost') return repair?.reopen();
    if (cause === 'scope') return bearer.stepUp(refusal?.challenge);
    // Some servers refuse inside a 200, and nothing says which token it was about.
    const told = refusal !== undefined && !RpcError.isInstance(error);
    return bearer.rejected(told ? refusal.token : await bearer.current(), refusal?.challenge);
  };
}

function causeOf(error: unknown, refusal: Refusal | undefined): Cause {
  if (error instanceof SessionLost) return 'lost';
  if (InsufficientScopeError.isInstance(error)) return 'scope';
  if (SdkHttpError.isInstance(error)) {
    if (error.status === 404) return 'lost';
    if (error.status === 401) return 'token';
    if (error.status === 403 && refusal?.challenge?.error === 'insufficient_scope') return 'scope';
  }
  if (RpcError.isInstance(error) && wantsSignIn(error.code, error.message)) return 'token';
  return 'final';
}
