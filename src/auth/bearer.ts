import type { StoredRecord } from '../store/record.ts';
import type { AuthContext } from './context.ts';

export type Bearer = { current(): Promise<string | undefined> };

export function openBearer(_ctx: AuthContext): Bearer {
  return { current: () => Promise.reject(new Error('not here yet')) };
}

export function refreshNow(_ctx: AuthContext): Promise<StoredRecord> {
  return Promise.reject(new Error('not here yet'));
}
