import { CliError } from '../errors.ts';

export type Outcome<T> = { server: string } & (
  | { value: T; error?: never }
  | { value?: never; error: unknown }
);

/**
 * Does the same for several servers at once, so that it takes as long as the slowest. One server's failure leaves the
 * others alone: outcomes come in the order of `servers`, and every failure knows whose it is. `ended` hears of each as soon
 * as it is there.
 */
export async function sideBySide<T>(
  servers: string[],
  work: (server: string) => Promise<T>,
  ended: (outcome: Outcome<T>) => void = () => {},
): Promise<Outcome<T>[]> {
  return Promise.all(
    servers.map(async (server) => {
      const outcome = await outcomeOf(server, work);
      ended(outcome);
      return outcome;
    }),
  );
}

async function outcomeOf<T>(server: string, work: (server: string) => Promise<T>): Promise<Outcome<T>> {
  try {
    return { server, value: await work(server) };
  } catch (error) {
    if (error instanceof CliError) error.server ??= server;
    return { server, error };
  }
}

/** Throws what went wrong, if something did: of one server its error, of several an AggregateError, in order. */
export function throwFailures(outcomes: Outcome<unknown>[]): void {
  throwAll(
    outcomes.filter((each) => 'error' in each).map((each) => each.error),
    outcomes.length > 1,
  );
}

/** As `throwFailures`. With `several`, also one error is an AggregateError: then it is told whose it is. */
export function throwAll(errors: unknown[], several: boolean): void {
  if (errors.length === 0) return;
  if (several) throw new AggregateError(errors, 'not all servers succeeded');
  throw errors[0];
}
