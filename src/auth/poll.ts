// Asking for the tokens of a device code until the person is done (RFC 8628 section 3.5).

import { NetworkError } from '../errors.ts';
import type { StoredTokens } from '../store/record.ts';
import type { TokenAnswer } from './token-response.ts';

type Polled =
  | { kind: 'tokens'; tokens: StoredTokens }
  /** Nobody entered the code in its time. `failure`: the last question did not reach the server. */
  | { kind: 'expired'; failure?: NetworkError }
  | Exclude<TokenAnswer, { kind: 'tokens' }>;

type Clock = {
  now(): number;
  /** Milliseconds. Rejects if the command is cancelled. */
  wait(span: number): Promise<void>;
};

const SLOWER = 5000;
const SLOWEST = 60_000;

/**
 * Asks every `interval` milliseconds, and less often where the server says so or is in trouble.
 * @throws what `ask` throws, but for NetworkError: the network may be back before the code has expired
 */
export async function pollForTokens(
  code: { interval: number; expiresAt: number },
  ask: () => Promise<TokenAnswer>,
  clock: Clock,
): Promise<Polled> {
  let { interval } = code;
  let failure: NetworkError | undefined;
  // Exponential, as section 3.5 asks.
  const backOff = () => {
    interval = Math.max(interval, Math.min(SLOWEST, interval * 2));
  };
  for (;;) {
    await clock.wait(Math.max(0, Math.min(interval, code.expiresAt - clock.now())));
    if (clock.now() >= code.expiresAt) return { kind: 'expired', ...(failure && { failure }) };
    try {
      const answer = await ask();
      failure = undefined;
      if (answer.kind === 'trouble') backOff();
      else if (answer.kind !== 'refused') return answer;
      else if (answer.error === 'slow_down') interval += SLOWER;
      else if (answer.error === 'expired_token') return { kind: 'expired' };
      else if (answer.error !== 'authorization_pending') return answer;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      failure = error;
      backOff();
    }
  }
}
