import { readFileSync } from 'node:fs';
import { root } from './place.ts';

export function version(): string {
  const text = readFileSync(new URL('package.json', root), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Whether nothing else is wanted. */
export function asksVersion(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
}

/** Cells that the help is wide at most. */
export const HELP_WIDTH = 100;

/** Whether nothing but the help of the whole program is wanted. */
export function asksHelp(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--help' || argv[0] === '-h');
}
