import { CancelledError, UsageError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Workspace } from './workspace.ts';

/**
 * Asks before something is deleted, or moved. `act` is what is about to happen (`forget every sign-in`), `otherwise`
 * what can be done instead of `--yes`. Throws UsageError `confirmation_needed` without a terminal, CancelledError.
 */
export async function consent(
  { deps, flags }: Workspace,
  act: string,
  things: string[],
  otherwise: string,
): Promise<void> {
  if (flags.yes || things.length === 0) return;
  const what = things.map(sanitize).join(', ');
  if (!deps.prompt.available || flags.nonInteractive) {
    throw new UsageError('confirmation_needed', `this would ${act}: ${what}`, {
      hint: `add --yes, or ${otherwise}`,
    });
  }
  const question = `${act.charAt(0).toUpperCase()}${act.slice(1)} (${what})?`;
  if (!(await deps.prompt.confirm(question, false))) throw new CancelledError();
}
