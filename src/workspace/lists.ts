// What one server has, or several side by side: the shape of every `list` command.

import type { Session } from '../session/session.ts';
import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { print, printEarly } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { sanitize } from '../ui/sanitize.ts';
import { targets, withSession } from './target.ts';
import type { Workspace } from './workspace.ts';

type List<T> = {
  /** The key in JSON, and that of one of them. */
  many: string;
  one: string;
  ask(session: Session, server: string): Promise<T[]>;
  /** Whole lines, made safe. */
  text(items: T[]): string;
  /** What names one of them in another command. */
  name(item: T): string;
};

/**
 * Asks the servers that were named, or `--server`, side by side, and prints what they have; as ndjson, each as soon as it
 * has answered.
 */
export async function printLists<T>(workspace: Workspace, named: string[], list: List<T>): Promise<void> {
  const names = await targets(workspace, named);
  const linesOf = ({ server, value, error }: Outcome<T[]>): unknown[] =>
    value ? value.map((item) => ({ server, [list.one]: item })) : [{ server, error: errorJson(error) }];
  const early = (outcome: Outcome<T[]>) => names.length > 1 && printEarly(workspace, linesOf(outcome));
  const outcomes = await askAll(workspace, names, list.ask, early);
  const [only] = outcomes;
  if (outcomes.length === 1 && only) {
    throwFailures(outcomes);
    const items = only.value ?? [];
    const quiet = () => items.map((item) => `${sanitize(list.name(item))}\n`).join('');
    print(workspace, { json: { [list.many]: items }, items, text: () => list.text(items), quiet });
    return;
  }
  const told = outcomes.map(({ server, value, error }) => [
    server,
    value ? { [list.many]: value } : { error: errorJson(error) },
  ]);
  print(workspace, {
    json: { servers: Object.fromEntries(told) },
    // They have been printed.
    items: [],
    text: () =>
      outcomes
        .flatMap(({ server, value }) =>
          value ? `${sanitize(server)} (${value.length})\n${list.text(value)}` : [],
        )
        .join('\n'),
    quiet: () =>
      outcomes
        .flatMap(({ server, value = [] }) =>
          value.map((item) => `${sanitize(server)}\t${sanitize(list.name(item))}\n`),
        )
        .join(''),
  });
  throwFailures(outcomes);
}

export function askAll<T>(
  workspace: Workspace,
  names: string[],
  ask: (session: Session, server: string) => Promise<T[]>,
  ended?: (outcome: Outcome<T[]>) => void,
): Promise<Outcome<T[]>[]> {
  return sideBySide(names, (name) => withSession(workspace, name, (session) => ask(session, name)), ended);
}
