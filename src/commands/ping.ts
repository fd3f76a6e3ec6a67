import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { print, printEarly } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { table, tableView } from '../ui/table.ts';
import { targets, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `ping`: connects, signs in if need be, and measures one round trip of each server. */
export async function ping(workspace: Workspace, named: string[]): Promise<void> {
  const { deps } = workspace;
  const names = await targets(workspace, named);
  const outcomes = await sideBySide(
    names,
    (name) =>
      withSession(workspace, name, async (session) => ({
        // A tenth says more than the network means.
        ms: Math.round((await session.ping()) * 10) / 10,
        protocol: session.protocol,
      })),
    (outcome) => names.length > 1 && printEarly(workspace, [tell(outcome)]),
  );
  if (outcomes.length === 1) throwFailures(outcomes);
  const told = outcomes.map(tell);
  print(workspace, {
    json:
      told.length === 1 ? told[0] : { servers: Object.fromEntries(told.map((each) => [each.server, each])) },
    // Of several, each has been printed when it came.
    items: told.length === 1 ? told : [],
    text: () => {
      const rows = outcomes.flatMap(({ server, value }) =>
        value ? [[server, `${Math.round(value.ms)} ms`, value.protocol]] : [],
      );
      return rows.length === 0
        ? ''
        : table(['SERVER', 'TIME', 'PROTOCOL'], rows, tableView(deps.stdout, deps.env));
    },
  });
  throwFailures(outcomes);
}

type Pong = { ms: number; protocol: string };

function tell({ server, value, error }: Outcome<Pong>) {
  return { server, ...(value ?? { error: errorJson(error) }) };
}
