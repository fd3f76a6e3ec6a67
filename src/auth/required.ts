import type { HttpEntry } from '../config/entry.ts';
import { AuthError } from '../errors.ts';
import type { AuthContext } from './context.ts';

/** What a person types to sign in to this entry and account, quoted for a POSIX shell where that is needed. Pure. */
export function loginCommand(entry: HttpEntry): string {
  return authCommand('login', entry);
}

/** What a person types to forget the sign-in and the registration of this entry and account. Pure. */
export function resetCommand(entry: HttpEntry): string {
  return authCommand('reset', entry);
}

function authCommand(word: string, { name, account, origin, url }: HttpEntry): string {
  // Without a configuration the URL is the name. A query can be a key, which no message shows.
  const server = origin !== '--server' ? name : new URL(url).search === '' ? url : 'URL';
  const words = ['mcp-cli', 'auth', word, server, ...(account === undefined ? [] : ['--account', account])];
  return words.map(quote).join(' ');
}

/** A word as a person can paste it into a POSIX shell, whoever thought of it. Pure. */
export function quote(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What is said where a person is needed and none is there, or none may be asked. */
export function loginRequired(ctx: Pick<AuthContext, 'entry'>, scopes: readonly string[] = []): AuthError {
  const { name } = ctx.entry;
  const command = loginCommand(ctx.entry);
  if (scopes.length === 0) {
    return new AuthError('login_required', `sign-in needed for ${name}`, {
      hint: `sign in with: ${command}`,
      server: name,
    });
  }
  return new AuthError('insufficient_scope', `${name} needs a further scope: ${scopes.join(' ')}`, {
    hint: `sign in with: ${command} --scope ${quote(scopes.join(','))}`,
    server: name,
  });
}
