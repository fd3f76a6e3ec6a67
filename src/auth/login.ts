import type { StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';

export function signIn(
  _ctx: AuthContext,
  _options: { force?: boolean; scopes?: string[] },
): Promise<StoredRecord> {
  return Promise.reject(new Error('not here yet'));
}
