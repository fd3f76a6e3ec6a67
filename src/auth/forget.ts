import type { AuthContext } from './context.ts';

export type SignedOut = { had: boolean; revoked: 'revoked' | 'not_supported' | 'failed' | 'nothing' };

export function signOut(_ctx: AuthContext, _options: { keepRegistration: boolean }): Promise<SignedOut> {
  return Promise.reject(new Error('not here yet'));
}
