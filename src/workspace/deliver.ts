// What `cmd` is given, and where it takes text from and puts its result.
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { replaceFile } from '../store/files.ts';
import { readInput } from './input.ts';

/** The flags of `cmd`. */
export type CmdOptions = {
  prompt?: string;
  /** A path, or `-`. */
  input?: string;
  output?: string;
  /** Files and images that go with the prompt. */
  attach?: string[];
  tool?: string;
  toolArgs?: string;
  systemPrompt?: string;
  raw?: boolean;
  singleTurn?: boolean;
};

/** Bytes. More is no prompt. */
const LARGEST = 4 * 1024 * 1024;

/** The text of a file, relative to the current folder, or of standard input for `-`. Throws UsageError `unreadable_input`. */
export async function takeInput(
  deps: Pick<Deps, 'cwd' | 'stdin' | 'signal'>,
  path: string,
  waiting: () => void,
): Promise<string> {
  if (path === '-') return readInput(deps, waiting, 'give a file with --input instead');
  const file = await open(resolve(deps.cwd, path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: unknown) => {
      throw unreadable(path, 'cannot read', cause);
    },
  );
  try {
    const found = await file.stat();
    if (!found.isFile()) throw unreadable(path, 'this is no file:');
    if (found.size > LARGEST) throw unreadable(path, 'more than 4 MB are in');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function unreadable(path: string, what: string, cause?: unknown): UsageError {
  return new UsageError('unreadable_input', `${what} ${path}`, {
    hint: 'name a text file with --input, or give the text with --prompt',
    cause,
  });
}

/** Throws UsageError `unwritable_file` for a place where nothing could be written: before a model is asked. */
export async function checkOutput(cwd: string, path: string): Promise<void> {
  const whole = resolve(cwd, path);
  try {
    await access(dirname(whole), constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
  const found = await stat(whole).catch(() => undefined);
  if (found && !found.isFile()) throw unwritable(path);
}

/** The whole text, in one step and for this user alone (0600): what stood there before is there until then. */
export async function writeOutput(
  { cwd, random, platform }: Pick<Deps, 'cwd' | 'random' | 'platform'>,
  path: string,
  text: string,
): Promise<void> {
  try {
    await replaceFile(resolve(cwd, path), text, { random, platform });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause?: unknown): UsageError {
  return new UsageError('unwritable_file', `cannot write ${path}`, {
    hint: 'name a file in a folder that is there and yours with --output',
    cause,
  });
}
