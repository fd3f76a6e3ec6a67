// Whether the other program keeps its sign-in: a question that is the person's to answer.
import type { HttpEntry } from '../config/entry.ts';
import { UsageError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Workspace } from './workspace.ts';

export type ImportOptions = {
  from?: string;
  move?: boolean;
  copy?: boolean;
  dryRun?: boolean;
  force?: boolean;
  path?: string;
};

export type How = 'move' | 'copy';

/** Before anything is read. Throws UsageError `move_or_copy` for both, and for neither where nobody can be asked. */
export function requireHow(workspace: Workspace, { move, copy, dryRun }: ImportOptions): void {
  const both = move && copy;
  if (!both && (move || copy || dryRun || asks(workspace))) return;
  throw new UsageError(
    'move_or_copy',
    both
      ? '--move and --copy exclude each other'
      : 'it is not said whether to move the sign-ins or to copy them',
    {
      hint: '--move empties the source; --copy leaves it, and whoever renews first may end the sign-in of the other\n--dry-run shows what there is',
    },
  );
}

export async function askHow(
  { deps }: Workspace,
  { move, copy }: ImportOptions,
  title: string,
): Promise<How> {
  if (move) return 'move';
  if (copy) return 'copy';
  const question = `Move them, so that ${title} has them no more? With a copy, whoever renews first may end the other's`;
  return (await deps.prompt.confirm(question, true)) ? 'move' : 'copy';
}

/** Whether a sign-in whose file says no URL may be used for this server's. */
export async function askUrl(workspace: Workspace, { name, url }: HttpEntry): Promise<boolean> {
  if (!asks(workspace)) return false;
  const { origin } = new URL(url);
  return workspace.deps.prompt.confirm(
    `The sign-in ${sanitize(name)} does not say which URL it is for. Use it for ${sanitize(origin)}?`,
    false,
  );
}

function asks({ deps, flags }: Workspace): boolean {
  return deps.prompt.available && !flags.nonInteractive;
}
