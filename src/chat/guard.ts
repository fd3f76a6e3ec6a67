import { CancelledError, CliError } from '../errors.ts';
import type { Network } from './network.ts';
import { type Asked, notAModel, type Refused, refusal, retryAfter } from './refusal.ts';

/** What an SDK's error says of a refusal; undefined: it is none. */
export type Read = (
  error: unknown,
) => (Omit<Refused, 'retryAfter'> & { headers: Headers | undefined }) | undefined;

export type Guard = { network: Network; asked: Asked; now(): number };

/** Runs what asks a provider, and calls what fails by our names. */
export async function guarded<T>(
  { network, asked, now }: Guard,
  signal: AbortSignal,
  read: Read,
  work: () => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new CancelledError();
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (error instanceof CliError) throw error;
    // The SDKs wrap what the network threw, or lose it.
    const failure = network.failure();
    if (failure) throw failure;
    // What came is no JSON, or of a shape or a depth that nobody who reads it expects.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)
      throw notAModel(asked.origin, 'what came cannot be read');
    const refused = read(error);
    if (!refused) throw error;
    const { headers, ...rest } = refused;
    throw refusal({ ...rest, retryAfter: retryAfter(headers, now()) }, asked);
  }
}

/** Those that are text. */
export function texts(...values: unknown[]): string[] {
  return values.filter((each) => typeof each === 'string');
}
