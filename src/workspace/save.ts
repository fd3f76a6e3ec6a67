import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CancelledError, UsageError } from '../errors.ts';
import { note } from '../ui/print.ts';
import { byteSize } from '../ui/result.ts';
import { createWhole, replaceWhole } from '../whole-file.ts';
import type { Workspace } from './workspace.ts';

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
  const { platform, random, signal } = deps;
  // Short, however long the name is that it makes way for.
  const draft = join(dirname(path), `.mcp-cli-${Buffer.from(random(6)).toString('hex')}.part`);
  const put = force ? replaceWhole : createWhole;
  const manner = { draft, platform, mode: 'usual', agreed: async () => !signal.aborted } as const;
  const placed = await put(path, bytes, manner).catch((error) => {
    throw unwritable(given, (error as NodeJS.ErrnoException).code ?? 'it cannot be written', error);
  });
  if (placed) return;
  if (signal.aborted) throw new CancelledError();
  // Somebody was faster, or a link that leads nowhere has that name.
  throw exists(given);
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
