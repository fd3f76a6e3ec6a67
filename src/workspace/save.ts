import { constants } from 'node:fs';
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CancelledError, UsageError } from '../errors.ts';
import { note } from '../ui/print.ts';
import { byteSize } from '../ui/result.ts';
import type { Workspace } from './workspace.ts';

/** File systems without hard links. */
const NO_LINKS = /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK|EXDEV)$/;

/**
 * Writes a whole file or none, and by default only one that is not there yet.
 * @throws UsageError `file_exists`, `unwritable_file`
 */
async function saveFile(
  { deps }: Pick<Workspace, 'deps'>,
  given: string,
  bytes: Uint8Array,
  force: boolean,
): Promise<void> {
  const path = resolve(deps.cwd, given);
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) throw unwritable(given, 'it is a folder or a device');
  if (there && !force) throw exists(given);
  const random = Buffer.from(deps.random(6)).toString('hex');
  const draft = resolve(dirname(path), `.mcp-cli-${random}.part`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (deps.signal.aborted) throw new CancelledError();
    if (force) await rename(draft, path);
    else await place(draft, path);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // Somebody was faster, or a link that leads nowhere has that name.
    if (code === 'EEXIST') throw exists(given);
    throw unwritable(given, code ?? 'it cannot be written', error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Takes a name only if nobody has it: a rename would replace what is there. */
async function place(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (!NO_LINKS.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(draft, path, constants.COPYFILE_EXCL);
  }
}

function exists(path: string): UsageError {
  return new UsageError('file_exists', `there is a file ${path} already`, {
    hint: 'choose another name, or replace it with --force',
  });
}

function unwritable(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('unwritable_file', `cannot write ${path} (${why})`, {
    hint: 'check the folder, its permissions, and the space that is left',
    cause,
  });
}

export type SaveOptions = { output?: string; force?: boolean };

/** `--output`: saves, and says so to a person. */
export async function saveBytes(
  workspace: Workspace,
  bytes: Uint8Array,
  { output = '', force = false }: SaveOptions,
): Promise<void> {
  await saveFile(workspace, output, bytes, force);
  note(workspace, `wrote ${byteSize(bytes.byteLength)} to ${output}`);
}

/** To stdout as they are: only where no terminal is. */
export function writeBytes({ stdout }: Pick<Workspace['deps'], 'stdout'>, bytes: Uint8Array): void {
  stdout.stream.write(bytes);
}
