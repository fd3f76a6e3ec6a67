import type { Machine } from '../store/machine.ts';
import type { Seen, Survey } from '../store/survey.ts';
import { note, print } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { sanitizeLines } from '../ui/sanitize.ts';
import { table, tableView } from '../ui/table.ts';
import { brokenConfig } from '../workspace/secrets.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `token backends`: each store, whether it works here, and which one is in use. What does not work is a result: exit 0. */
export async function tokenBackends(workspace: Workspace): Promise<void> {
  const { surveyStores } = await import('../store/survey.ts');
  const survey = await surveyStores(await machineOf(workspace));
  print(workspace, { json: survey, items: survey.backends, text: () => text(workspace, survey) });
}

async function machineOf(workspace: Workspace): Promise<Machine> {
  try {
    return await workspace.stores();
  } catch (error) {
    const { message } = errorJson(brokenConfig(error));
    note(workspace, `the configuration cannot be used: ${message}`);
    return workspace.usualStores();
  }
}

function text({ deps }: Workspace, { inUse, auto, backends }: Survey): string {
  const rows = backends.map((each) => [
    each.backend,
    each.works ? 'yes' : 'no',
    [each.backend === inUse && 'in use', each.backend === auto && 'auto'].filter(Boolean).join(', '),
    each.entries > 0 ? String(each.entries) : '',
    each.why ?? '',
  ]);
  const header = ['STORE', 'WORKS', 'CHOICE', 'ENTRIES', ''];
  return `${table(header, rows, tableView(deps.stdout, deps.env))}${backends.map(advice).join('')}`;
}

function advice({ backend, hint }: Seen): string {
  if (hint === undefined) return '';
  return `${backend}: ${sanitizeLines(hint).replaceAll('\n', `\n${backend}: `)}\n`;
}
