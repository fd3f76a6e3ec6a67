// What every sign-in does before anything is sent.

import { configuredSecret } from '../binding.ts';
import type { AuthContext } from '../context.ts';

/**
 * For a sign-in by a person. A code is good for one exchange: tokens that cannot be kept are lost, and the person has
 * consented for nothing. Throws StoreError.
 */
export async function startWithPerson(ctx: AuthContext, key: string): Promise<void> {
  ctx.notify({ kind: 'required' });
  await (await ctx.store()).ready(key);
}

/** Says who gets the configured secret, if there is one. `warning`: why that should not stay as it is. */
export function tellReceiver({ entry, notify }: AuthContext, issuer: string, warning?: string): void {
  const secret = configuredSecret(entry.oauth);
  if (!secret) return;
  const text = `the ${secret.name} of ${entry.name} goes to ${issuer}`;
  notify({
    kind: 'notice',
    ...(warning === undefined ? { level: 'info', text } : { level: 'warning', text: `${text}, ${warning}` }),
  });
}
