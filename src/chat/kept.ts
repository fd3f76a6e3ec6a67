// The tools that a person has allowed for good: `~/.mcp_cli/approved_tools.json`, 0600.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { checkDirectory, makeDirectory } from '../store/directory.ts';
import { readPrivate, replaceFile } from '../store/files.ts';

const Entry = z.object({
  server: z.string().max(1000),
  tool: z.string().max(1000),
  /** Of the address and the whole tool (fingerprint.ts). */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
const File = z.object({ version: z.literal(1), approved: z.array(Entry).max(10_000) });

type Kept = z.infer<typeof Entry>;

export type Approvals = {
  /** `changed`: another tool of that name at that server was allowed. Throws StoreError if the file cannot be believed. */
  allowed(server: string, tool: string, fingerprint: string): Promise<'yes' | 'no' | 'changed'>;
  /** Until the end, or with `forGood` in the file: an earlier approval of the same name goes. */
  allow(server: string, tool: string, fingerprint: string, forGood: boolean): Promise<void>;
};

/** Reads the file when it is first asked. One that is broken allows nothing, and is replaced by the next approval. */
export function openApprovals({
  home,
  platform,
  random,
}: Pick<Deps, 'home' | 'platform' | 'random'>): Approvals {
  const folder = join(home, '.mcp_cli');
  const path = join(folder, 'approved_tools.json');
  let session: Kept[] = [];
  const read = async () => {
    if (!(await checkDirectory(folder, platform))) return [];
    return parse((await readPrivate(path, platform))?.toString('utf8') ?? '');
  };
  const others = (all: Kept[], server: string, tool: string) =>
    all.filter((each) => each.server !== server || each.tool !== tool);
  return {
    async allowed(server, tool, fingerprint) {
      const known = [...session, ...(await read())];
      if (known.some((each) => each.fingerprint === fingerprint)) return 'yes';
      return others(known, server, tool).length < known.length ? 'changed' : 'no';
    },
    async allow(server, tool, fingerprint, forGood) {
      const entry = { server, tool, fingerprint };
      session = [...others(session, server, tool), entry];
      if (!forGood) return;
      await mkdir(home, { recursive: true });
      await makeDirectory(folder, platform);
      const approved = [...others(await read(), server, tool), entry];
      await replaceFile(path, `${JSON.stringify({ version: 1, approved }, null, 2)}\n`, { random, platform });
    },
  };
}

function parse(text: string): Kept[] {
  try {
    const read = File.safeParse(JSON.parse(text));
    return read.success ? read.data.approved : [];
  } catch {
    return [];
  }
}
