// The operating system's failures on our files, translated once.
import { StoreError } from '../errors.ts';

const HINTS: Record<string, string> = {
  EACCES: 'check who owns it and its mode',
  EPERM: 'check who owns it and its mode',
  EROFS: 'the file system is read-only: set HOME to a place that can be written',
  ENOSPC: 'the disk is full: free some space and try again',
  EDQUOT: 'your disk quota is used up: free some space and try again',
  EMFILE: 'too many open files: raise the limit with ulimit -n',
  ENOENT: 'check that your home directory exists',
};

/** The system's error code (`ENOENT`, ...), if it is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** StoreError `io` for a failed file operation; our own errors pass. */
export function translate(error: unknown, verb: string, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error) ?? 'unknown error';
  const hint = HINTS[code] ?? 'check the disk and what else may use this file';
  return new StoreError('io', `could not ${verb} ${path} (${code})`, { hint, cause: error });
}
