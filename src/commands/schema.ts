import { readdir, readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { root } from '../place.ts';
import { print } from '../ui/print.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Where package.json is too: one folder above `src`, and above `dist`. */
const FOLDER = new URL('schemas/', root);

/** What the others refer to; none of its own. */
const SHARED = 'common';

/** `schema`: the published schema of a command, with what it refers to inside it (JSON Schema core, section 9.3). */
export async function schema(workspace: Workspace, words: string[]): Promise<void> {
  const name = words.join('-');
  const files = (await readdir(FOLDER)).map((file) => file.replace(/\.json$/, ''));
  const known = files.filter((file) => file !== SHARED);
  if (!known.includes(name)) {
    const guess = nearest(name, known);
    throw new UsageError('unknown_schema', `there is no schema of "${words.join(' ')}"`, {
      hint:
        guess === undefined
          ? 'it takes the words of a command that prints JSON, such as: mcp-cli schema tools list'
          : `did you mean: mcp-cli schema ${guess.replace('-', ' ')}?`,
    });
  }
  const own = await read(name);
  const refers = JSON.stringify(own).includes(`"${SHARED}.json#`);
  const whole = refers ? { ...own, $defs: { ...own.$defs, [SHARED]: await read(SHARED) } } : own;
  print(workspace, { json: whole, text: () => `${JSON.stringify(whole, null, 2)}\n` });
}

async function read(name: string): Promise<{ $defs?: object }> {
  return JSON.parse(await readFile(new URL(`${name}.json`, FOLDER), 'utf8')) as { $defs?: object };
}
