// A token from the environment or the configuration: nothing can be done about it but to say where it comes from.

import { AuthError } from '../errors.ts';
import type { Bearer } from './bearer.ts';
import type { AuthContext, FixedToken } from './context.ts';
import { loginCommand } from './required.ts';

/** Starts no OAuth, whatever the server says. */
export function fixedBearer(ctx: AuthContext, { value, source }: FixedToken): Bearer {
  const refused = (code: string, what: string) =>
    new AuthError(code, `${ctx.entry.name} ${what} the token from ${source}`, {
      hint: `replace the token in ${source}, or remove it and sign in: ${loginCommand(ctx.entry)}`,
      server: ctx.entry.name,
    });
  return {
    current: async () => value,
    bound: () => false,
    send: ctx.http,
    rejected: async () => {
      throw refused('token_rejected', 'does not accept');
    },
    stepUp: async (challenge) => {
      const scope = challenge?.scope;
      throw refused(
        'insufficient_scope',
        scope ? `needs a further scope (${scope}) than` : 'needs further scopes than',
      );
    },
    accepted() {},
  };
}
