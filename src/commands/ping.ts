import { type Outcome, sideBySide, throwFailures } from '../session/side-by-side.ts';
import { print, printEarly } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { table, tableView } from '../ui/table.ts';
import { asked, targets, withSession } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Pinged = { ms: number; protocol: string };

/** `ping`: connects, signs in if need be, and measures one round trip of each server. */
export async function ping(workspace: Workspace, named: string[]): Promise<void> {
  const { deps } = workspace;
  const names = await targets(workspace, named);
  const outcomes = await sideBySide(
    names,
    (name) => one(workspace, name),
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

/** `servers ping`: the same of every configured server, and what became of each. One that is switched off is no failure. */
export async function serversPing(workspace: Workspace, named: string[]): Promise<void> {
  const { deps } = workspace;
  const given = asked(workspace, named);
  const names = given.length > 0 ? given : await workspace.names();
  const off = new Set<string>();
  const outcomes = await sideBySide(names, async (name) => {
    if (given.length > 0 || !(await workspace.entry(name)).disabled) return one(workspace, name);
    off.add(name);
    return undefined;
  });
  const told = outcomes.map(({ server, value, error }) => ({
    server,
    state: off.has(server) ? 'disabled' : value ? 'ok' : 'failed',
    ...value,
    ...(error !== undefined && { error: errorJson(error) }),
  }));
  if (given.length === 1) throwFailures(outcomes);
  print(workspace, {
    json:
      given.length === 1 ? told[0] : { servers: Object.fromEntries(told.map((each) => [each.server, each])) },
    items: told,
    text: () => {
      if (told.length === 0) return 'No server is configured.\n';
      const rows = told.map(({ server, state, ms, protocol, error }) => [
        server,
        error?.code ?? state,
        ms === undefined ? '' : `${Math.round(ms)} ms`,
        protocol ?? '',
      ]);
      return table(['SERVER', 'STATE', 'TIME', 'PROTOCOL'], rows, tableView(deps.stdout, deps.env));
    },
  });
  throwFailures(outcomes);
}

function one(workspace: Workspace, name: string): Promise<Pinged> {
  return withSession(workspace, name, async (session) => ({
    // A tenth says more than the network means.
    ms: Math.round((await session.ping()) * 10) / 10,
    protocol: session.protocol,
  }));
}

function tell({ server, value, error }: Outcome<Pinged>) {
  return { server, ...(value ?? { error: errorJson(error) }) };
}
