import type { LogMessage } from '../session/session.ts';

/** From the least on. */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const satisfies LogMessage['level'][];

export type LogLevel = (typeof LOG_LEVELS)[number];
