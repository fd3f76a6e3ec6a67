// Conversations that are kept by name: `~/.mcp_cli/sessions/NAME.json`, 0600.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import { checkDirectory, makeDirectory } from '../store/directory.ts';
import { listFiles, removeFile } from '../store/files.ts';

type Kept = { name: string /** Milliseconds since the epoch. */; at: number };

export type Sessions = {
  /** Newest first. */
  list(): Promise<Kept[]>;
  /** Where one is, or will be: its folder is there afterwards. Throws UsageError `bad_name`. */
  place(name: string): Promise<string>;
  /** Throws UsageError `no_conversation`. */
  remove(name: string): Promise<void>;
};

export function openSessions({ home, platform }: Pick<Deps, 'home' | 'platform'>): Sessions {
  const own = join(home, '.mcp_cli');
  const folder = join(own, 'sessions');
  const path = (name: string) => join(folder, `${checked(name)}.json`);
  const isThere = async () =>
    (await checkDirectory(own, platform)) && (await checkDirectory(folder, platform));
  return {
    async list() {
      if (!(await isThere())) return [];
      const names = (await listFiles(folder)).flatMap((file) => NAME.exec(file)?.[1] ?? []);
      const kept = await Promise.all(
        names.map(async (name) => ({ name, at: (await stat(path(name))).mtimeMs })),
      );
      return kept.sort((a, b) => b.at - a.at);
    },
    async place(name) {
      const wanted = path(name);
      await mkdir(home, { recursive: true });
      await makeDirectory(own, platform);
      await makeDirectory(folder, platform);
      return wanted;
    },
    async remove(name) {
      if ((await isThere()) && (await removeFile(path(name), platform))) return;
      throw new UsageError('no_conversation', `there is no conversation named ${name}`, {
        hint: 'see what there is: /sessions',
      });
    },
  };
}

const NAME = /^([a-z0-9_][\w.-]{0,63})\.json$/i;

/** No name leads out of the folder. */
function checked(name: string): string {
  if (NAME.test(`${name}.json`)) return name;
  throw new UsageError('bad_name', 'this is no name for a conversation', {
    hint: 'letters, digits, dots, dashes and underscores, at most 64',
  });
}
