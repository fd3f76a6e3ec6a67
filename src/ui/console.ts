import { format } from 'node:util';
import type { Deps } from '../deps.ts';
import { redact } from './redact.ts';
import { sanitizeLines } from './sanitize.ts';

/** Libraries talk on the console, some of them on stdout; what they say is not a result and not trusted. */
export function tameConsole(console: object, err: Deps['err']): void {
  const write = (...words: unknown[]) => err(`${sanitizeLines(redact(format(...words)))}\n`);
  Object.assign(console, { debug: write, log: write, info: write, warn: write, error: write, trace: write });
}
