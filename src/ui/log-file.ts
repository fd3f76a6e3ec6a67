// A file that holds what --verbose would have said on stderr. It outlives the run and may be sent to somebody, so it is
// redacted once more; and its path may lie in a folder that others write to, so no link of theirs is followed.

import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import self from 'node:process';
import type { Deps } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import { environmentSecrets, redact } from './redact.ts';
import { sanitize } from './sanitize.ts';

/** `deps` whose `err` writes to the file as well. */
export type LogFile = { deps: Deps; close(): void };

/**
 * Opens the file at `path` to add to it, mode 0600, and makes it where there is none. Each line has its moment in front.
 * A disk that is full later on is told once, and ends nothing.
 * @throws ConfigError `log_file`: a link, no regular file, somebody else's, or one that cannot be written
 */
export function openLogFile(deps: Deps, path: string): LogFile {
  const file = resolve(deps.cwd, path);
  const descriptor = open(file, deps.platform);
  const secrets = environmentSecrets(deps.env);
  let rest = '';
  let broken = false;
  const line = (text: string) => {
    if (broken) return;
    try {
      writeSync(descriptor, `${new Date(deps.now()).toISOString()} ${sanitize(redact(text, secrets))}\n`);
    } catch (error) {
      broken = true;
      deps.err(`warning: the log file is not whole: ${sanitize(file)} (${codeOf(error)})\n`);
    }
  };
  const write = (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) if (each !== '') line(each);
  };
  return {
    // Getters stay getters: stdin is opened by reading it.
    deps: Object.defineProperties({} as Deps, {
      ...Object.getOwnPropertyDescriptors(deps),
      err: {
        value: (text: string, logged = text) => {
          deps.err(text);
          write(logged);
        },
        enumerable: true,
      },
    }),
    close() {
      if (rest !== '') write('\n');
      closeSync(descriptor);
    },
  };
}

function open(file: string, platform: NodeJS.Platform): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let descriptor: number | undefined;
  try {
    // Windows has no O_NOFOLLOW.
    if (platform === 'win32' && lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
      throw refused(file, 'is a symbolic link');
    // O_NONBLOCK: opening a FIFO would wait for a reader for ever.
    descriptor = openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw refused(file, 'is no regular file');
    if (platform !== 'win32') {
      if (found.uid !== self.geteuid?.()) throw refused(file, 'belongs to another user');
      if ((found.mode & 0o777) !== 0o600) fchmodSync(descriptor, 0o600);
    }
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    if (error instanceof ConfigError) throw error;
    const code = codeOf(error);
    throw refused(file, code === 'ELOOP' ? 'is a symbolic link' : `cannot be written (${code})`, error);
  }
}

function refused(file: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError('log_file', `the log file ${file} ${why}`, {
    hint: 'give --log-file the path of a file of your own, in a folder that there is',
    cause,
  });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? 'no code');
}
