import { AuthError } from '../errors.ts';
import type { AuthContext } from './context.ts';

/** What is said where a person is needed and none is there, or none may be asked. */
export function loginRequired(ctx: Pick<AuthContext, 'entry'>, scopes: readonly string[] = []): AuthError {
  const { name } = ctx.entry;
  const hint = `sign in with: mcp-cli auth login ${name}`;
  if (scopes.length === 0) {
    return new AuthError('login_required', `sign-in needed for ${name}`, { hint, server: name });
  }
  return new AuthError('insufficient_scope', `${name} needs a further scope: ${scopes.join(' ')}`, {
    hint,
    server: name,
  });
}
