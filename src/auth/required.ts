import type { HttpEntry, ServerEntry } from '../config/entry.ts';
import { AuthError } from '../errors.ts';
import { serverWord, typed } from '../typed.ts';
import type { AuthContext } from './context.ts';

/** What a person types to sign in to this entry and account, quoted for a POSIX shell where that is needed. Pure. */
export function loginCommand(entry: ServerEntry): string {
  return authCommand('login', entry);
}

/** What a person types to sign in to this entry and account with a device code. Pure. */
export function deviceCommand(entry: HttpEntry): string {
  const configured = entry.oauth?.grantType === 'device_code';
  return `${loginCommand(entry)}${configured ? '' : ' --device'}`;
}

/** What a person types to forget the sign-in and the registration of this entry and account. Pure. */
export function resetCommand(entry: HttpEntry): string {
  return authCommand('reset', entry);
}

/** What a person types to see how this entry and account stand. Pure. */
export function statusCommand(entry: ServerEntry): string {
  return authCommand('status', entry);
}

function authCommand(word: string, entry: ServerEntry): string {
  const { name, account, origin } = entry;
  // Without a configuration the URL is the name.
  const server = entry.kind === 'http' && origin === '--server' ? serverWord(entry.url) : name;
  return typed('mcp-cli', 'auth', word, server, ...(account === undefined ? [] : ['--account', account]));
}

/** What is said where a person is needed and none is there, or none may be asked. `force`: what is stored looks good. */
export function loginRequired(
  ctx: Pick<AuthContext, 'entry'>,
  scopes: readonly string[] = [],
  { force = false } = {},
): AuthError {
  const { name } = ctx.entry;
  const command = `${loginCommand(ctx.entry)}${force ? ' --force' : ''}`;
  if (scopes.length === 0) {
    return new AuthError('login_required', `sign-in needed for ${name}`, {
      hint: `sign in with: ${command}`,
      server: name,
    });
  }
  return new AuthError('insufficient_scope', `${name} needs a further scope: ${scopes.join(' ')}`, {
    hint: `sign in with: ${command} --scope ${typed(scopes.join(','))}`,
    server: name,
  });
}
