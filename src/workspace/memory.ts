// A small private file for each server, beside the tokens: see session/memory.ts.

import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { ServerEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import type { Known, Memory } from '../session/memory.ts';
import { checkDirectory, makeDirectory } from '../store/directory.ts';
import { ageOf, listFiles, readPrivate, removeFile, replaceFile } from '../store/files.ts';

/** Milliseconds. A server that has learned something is not taken for its old self for longer. */
const LONGEST = 24 * 3_600_000;
/** Bytes. Instructions can be long; this is read with every command. */
const LARGEST = 256 * 1024;

type File = { at: number; known: Known };

/** `recalling` false: keeps what is found out, and believes nothing. The folder has to be there: none is made for this. */
export function openMemory(deps: Deps, entry: ServerEntry, recalling: boolean): Memory | undefined {
  if (entry.kind !== 'http') return undefined;
  const folder = folderOf(deps);
  const path = join(folder, `${beginning(entry.name)}${hash([entry.url, entry.account ?? null])}.json`);
  return {
    recall: () =>
      quietly(async () => {
        if (!recalling || !(await isOurs(deps))) return undefined;
        const text = await readPrivate(path, deps.platform);
        if (text === undefined) return undefined;
        const { at, known } = JSON.parse(text.toString()) as File;
        const age = deps.now() - at;
        return age >= 0 && age < LONGEST ? known : undefined;
      }),
    keep: async (known) => {
      await quietly(async () => {
        if (!(await checkDirectory(dirname(folder), deps.platform))) return;
        const text = JSON.stringify({ at: deps.now(), known } satisfies File);
        if (text.length > LARGEST) return;
        await makeDirectory(folder, deps.platform);
        await replaceFile(path, text, deps, false);
        await sweepOld(folder, deps);
      });
    },
    forget: async () => {
      await quietly(() => removeFile(path, deps.platform));
    },
  };
}

/** What is remembered of the servers of these names, of all their URLs and accounts. */
export async function forgetMemories(deps: Deps, names: Iterable<string> | 'all'): Promise<void> {
  await quietly(async () => {
    if (!(await isOurs(deps))) return;
    const folder = folderOf(deps);
    const begins = names === 'all' ? [''] : Array.from(names, beginning);
    for (const file of await listFiles(folder)) {
      if (!begins.some((each) => file.startsWith(each))) continue;
      await quietly(() => removeFile(join(folder, file), deps.platform));
    }
  });
}

/** What nobody will believe any more: of servers that are not used, or were renamed. */
async function sweepOld(folder: string, { platform }: Deps): Promise<void> {
  for (const file of await listFiles(folder)) {
    const path = join(folder, file);
    if (((await ageOf(path)) ?? 0) > LONGEST) await removeFile(path, platform);
  }
}

/** A server is forgotten by its name, which is all that is known of one that was taken out of the configuration. */
function beginning(name: string): string {
  return `${hash(name)}-`;
}

/** A URL can have a key in it, and a name what no file may be called: neither stands in a file's name. */
function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

function folderOf({ home }: Deps): string {
  return join(home, '.mcp_cli', 'servers');
}

async function isOurs(deps: Deps): Promise<boolean> {
  const folder = folderOf(deps);
  return (
    (await checkDirectory(dirname(folder), deps.platform)) && (await checkDirectory(folder, deps.platform))
  );
}

function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  return work().catch(() => undefined);
}
