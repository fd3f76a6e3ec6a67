import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/** The text of the file in `key=@file`, relative to `cwd`. Throws UsageError `unreadable_file`. */
export async function readArgumentFile(cwd: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (cause) {
    throw new UsageError('unreadable_file', `cannot read ${path}`, {
      hint: 'key=@file sends the text of a file; a text that begins with @ is written key:=\'"@text"\'',
      cause,
    });
  }
}
