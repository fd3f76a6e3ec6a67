// A small private file for each server, beside the tokens: see session/memory.ts.

import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import type { Known, Memory } from '../session/memory.ts';
import { checkDirectory, makeDirectory } from '../store/directory.ts';
import { replaceFile } from '../store/files.ts';

/** Milliseconds. A server that has learned something is not taken for its old self for longer. */
const LONGEST = 24 * 3_600_000;
/** Bytes. Instructions can be long; this is read with every command. */
const LARGEST = 256 * 1024;

type File = { at: number; known: Known };

/** `recalling` false: keeps what is found out, and believes nothing. The folder has to be there: none is made for this. */
export function openMemory(deps: Deps, entry: ServerEntry, recalling: boolean): Memory | undefined {
  if (entry.kind !== 'http') return undefined;
  const home = join(deps.home, '.mcp_cli');
  const folder = join(home, 'servers');
  // A URL can have a key in it: it stands in no file.
  const name = createHash('sha256').update(JSON.stringify([entry.url, entry.name, entry.account ?? null]));
  const path = join(folder, `${name.digest('hex').slice(0, 32)}.json`);
  const quietly = <T>(work: () => Promise<T>): Promise<T | undefined> => work().catch(() => undefined);
  return {
    recall: () =>
      quietly(async () => {
        if (!recalling || !(await isOurs(home, deps)) || !(await isOurs(folder, deps))) return undefined;
        const { at, known } = JSON.parse(await readFile(path, 'utf8')) as File;
        const age = deps.now() - at;
        return age >= 0 && age < LONGEST ? known : undefined;
      }),
    keep: async (known) => {
      await quietly(async () => {
        if (!(await isOurs(home, deps))) return;
        const text = JSON.stringify({ at: deps.now(), known } satisfies File);
        if (text.length > LARGEST) return;
        await makeDirectory(folder, deps.platform);
        await replaceFile(path, text, deps, false);
      });
    },
    forget: async () => {
      await quietly(() => rm(path, { force: true }));
    },
  };
}

function isOurs(folder: string, { platform }: Deps): Promise<boolean> {
  return checkDirectory(folder, platform);
}
