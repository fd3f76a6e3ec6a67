// The lines that were typed in sessions, for the arrow keys of the next one. Which lines may be kept is the shell's to say.

import { join } from 'node:path';
import type { Deps } from '../deps.ts';
import { CliError } from '../errors.ts';
import { makeDirectory } from '../store/directory.ts';
import { readPrivate, replaceFile } from '../store/files.ts';

export type History = {
  /** Newest first. Empty where there is none, or where the file is not ours to read: then nothing is written either. */
  load(): Promise<string[]>;
  add(line: string): Promise<void>;
};

const NEWS = new Set(['unsafe_file', 'unsafe_directory', 'corrupt']);
const MOST_LINES = 1000;
/** Characters of one entry: a pasted file is not worth going back to. */
const LONGEST = 10_000;

export function openHistory(
  deps: Pick<Deps, 'home' | 'platform' | 'random'>,
  warn: (text: string) => void,
): History {
  const folder = join(deps.home, '.mcp_cli');
  const path = join(folder, 'history');
  let broken = false;
  let writing: Promise<void> = Promise.resolve();
  /** Oldest first, as in the file. Other sessions write it too: it is read anew before each change. */
  const read = async () =>
    decode(((await readPrivate(path, deps.platform)) ?? Buffer.alloc(0)).toString('utf8'));
  const careful = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    if (broken) return otherwise;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      // A session without its history is a session all the same.
      broken = true;
      // A home that cannot be written is no news; a file that is not what it should be is.
      if (NEWS.has(error.code)) warn(`no history is kept: ${error.message}`);
      return otherwise;
    }
  };
  return {
    load: () => careful(async () => (await read()).reverse(), []),
    add(line) {
      if (line.length > LONGEST) return Promise.resolve();
      const mine = writing.then(() =>
        careful(async () => {
          await makeDirectory(folder, deps.platform);
          const lines = (await read()).filter((each) => each !== line);
          await replaceFile(path, encode([...lines, line].slice(-MOST_LINES)), deps, false);
        }, undefined),
      );
      writing = mine;
      return mine;
    },
  };
}

/** A line of the file for each entry; what has several lines itself is written with `\\n`. */
export function encode(entries: string[]): string {
  return entries.map((each) => `${each.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`).join('');
}

/** Tolerates any bytes: control characters, which a terminal would act on, make an entry unfit. */
export function decode(text: string): string[] {
  return text
    .split('\n')
    .filter((each) => each !== '' && each.length <= 2 * LONGEST && !/\p{Cc}/u.test(each))
    .map((each) => each.replace(/\\(\\|n)/g, (_, mark: string) => (mark === 'n' ? '\n' : '\\')))
    .slice(-MOST_LINES);
}
