// Where images and the like of results are kept: a folder of this person, under names of ours.

import { mkdir, mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { note } from '../ui/print.ts';
import { type Media, mediaOf } from '../ui/result-view.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Workspace } from './workspace.ts';

/** Of one run: a result with thousands of pictures fills no disk. */
const MOST_FILES = 100;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** By the type that the server names; anything else gets a suffix that nothing opens by itself. */
const SUFFIXES = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['audio/wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['application/pdf', 'pdf'],
]);

export type Keeper = (media: Media) => Promise<string | undefined>;

/**
 * Saves in `folder`, or in a new private one for temporary files, which is made with the first file and not removed. Files
 * are for this person alone (0600) and never replace one. Resolves to undefined for what is no base64, and beyond a hundred
 * files. Throws UsageError `unwritable_file`.
 */
export function mediaKeeper({ cwd }: Pick<Deps, 'cwd'>, folder: string | undefined): Keeper {
  let made: Promise<string> | undefined;
  let number = 0;
  return async ({ data, mimeType }) => {
    if (data.length % 4 !== 0 || !BASE64.test(data) || number >= MOST_FILES) return undefined;
    number += 1;
    const kind = mimeType?.split(';')[0]?.trim().toLowerCase() ?? '';
    const word = /^(image|audio)\//.exec(kind)?.[1] ?? 'file';
    try {
      made ??= makeFolder(cwd, folder);
      return await write(await made, word, SUFFIXES.get(kind) ?? 'bin', Buffer.from(data, 'base64'));
    } catch (cause) {
      made = undefined;
      const { code = 'it cannot be written' } = cause as NodeJS.ErrnoException;
      throw new UsageError('unwritable_file', `cannot save what a tool answered with (${code})`, {
        hint: 'choose another folder with --output-dir, or see the answer with --json',
        cause,
      });
    }
  };
}

/** Where somebody asked for the files of an answer, and its text goes elsewhere. */
export async function saveMedia(workspace: Workspace, result: CallToolResult, keep: Keeper): Promise<void> {
  for (const media of mediaOf(result)) {
    const path = await keep(media);
    if (path !== undefined) note(workspace, `saved ${sanitize(path)}`);
  }
}

async function makeFolder(cwd: string, folder: string | undefined): Promise<string> {
  if (folder === undefined) return mkdtemp(join(tmpdir(), 'mcp-cli-'));
  const path = resolve(cwd, folder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Under the first number that is free. */
async function write(folder: string, word: string, suffix: string, bytes: Buffer): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${word}-${number}.${suffix}`);
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number > 100_000) throw error;
    }
  }
}
