import { parseWord } from '../session/arguments.ts';
import type { Completable, Session } from '../session/session.ts';
import { print } from '../ui/print.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Workspace } from './workspace.ts';

type Wanted = { name: string; value: string };

/** `--complete argument=prefix`, or the argument alone. */
export function completionWord(text: string): Wanted {
  if (!text.includes('=')) return { name: text, value: '' };
  const { key, value } = parseWord(text);
  return { name: key, value };
}

/** `--complete`: what the server proposes for one argument, a value a line. */
export async function printCompletion(
  workspace: Workspace,
  session: Session,
  of: Completable,
  wanted: Wanted,
  given: Record<string, string>,
): Promise<void> {
  const completion = await session.complete(of, wanted, given);
  print(workspace, {
    json: completion,
    items: completion.values,
    text: () => completion.values.map((value) => `${sanitize(value)}\n`).join(''),
  });
}
