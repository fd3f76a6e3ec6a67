import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Deps } from '../deps.ts';
import { UsageError } from '../errors.ts';
import type { Root } from '../session/roots.ts';

/** The folders of `--root`, as servers are told of them. Throws UsageError `no_folder`. */
export function rootsOf({ cwd }: Pick<Deps, 'cwd'>, paths: string[]): Promise<Root[]> {
  return Promise.all(
    paths.map(async (path) => {
      const whole = resolve(cwd, path);
      const found = await stat(whole).catch(() => undefined);
      if (!found?.isDirectory()) {
        throw new UsageError('no_folder', `${path} is no folder`, {
          hint: 'name a folder that is there with --root',
        });
      }
      return { uri: pathToFileURL(whole).href, name: basename(whole) };
    }),
  );
}
