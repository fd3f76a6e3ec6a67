// What was called in this session.

import { UsageError } from '../../errors.ts';
import { json } from '../../ui/json.ts';
import { print } from '../../ui/print.ts';
import { sanitize } from '../../ui/sanitize.ts';
import { table, tableView } from '../../ui/table.ts';
import { splitWords } from '../line.ts';
import type { Call, Shell, Slash } from '../state.ts';

/** Calls that are kept. */
const MOST = 1000;
/** Characters of their arguments, as JSON: whole files can be given. */
const MOST_TEXT = 8_000_000;

/** Drops the oldest when it becomes too much; the last one stays, however large. */
export function remember({ calls }: Pick<Shell, 'calls'>, call: Omit<Call, 'size'>): void {
  calls.push({ ...call, size: JSON.stringify(call.args).length });
  let text = calls.reduce((sum, { size }) => sum + size, 0);
  while (calls.length > 1 && (calls.length > MOST || text > MOST_TEXT)) text -= calls.shift()?.size ?? 0;
}

export const historySlashes: Slash[] = [
  {
    name: 'toolhistory',
    aliases: ['th'],
    usage: '/toolhistory [ROW] [-n N] [--json]',
    about: 'the tool calls of this session, or one of them',
    async run(shell, rest) {
      const { row, last, isJson } = asked(splitWords(rest));
      const { deps, flags } = shell.workspace;
      const output = { deps, flags: { ...flags, format: isJson ? ('json' as const) : flags.format } };
      const rows = shell.calls.map(({ size: _, ...call }, index) => ({
        row: index + 1,
        ...call,
        at: new Date(call.at).toISOString(),
      }));
      if (row === undefined) {
        const shown = rows.slice(-last);
        return print(output, { json: { calls: shown }, items: shown, text: () => overview(shell, shown) });
      }
      const found = rows[row - 1];
      if (!found) {
        throw new UsageError('bad_argument', `there is no row ${row}: ${rows.length} calls were made`, {
          hint: 'see them all with /toolhistory',
        });
      }
      print(output, { json: found, text: () => one(found) });
    },
  },
];

type Row = Omit<Call, 'at' | 'size'> & { row: number; at: string };

function asked(words: string[]): { row: number | undefined; last: number; isJson: boolean } {
  const found = { row: undefined as number | undefined, last: MOST, isJson: false };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--json') found.isJson = true;
    else if (word === '-n') found.last = number(words[++at]);
    else found.row = number(word);
  }
  return found;
}

function number(word: string | undefined): number {
  if (word !== undefined && /^[1-9]\d{0,5}$/.test(word)) return Number(word);
  throw new UsageError('bad_argument', 'a row, and what is behind -n, is a number from 1 on', {
    hint: 'for example: /toolhistory 3, or /toolhistory -n 10',
  });
}

function overview({ workspace: { deps } }: Shell, rows: Row[]): string {
  if (rows.length === 0) return 'No calls yet.\n';
  const cells = rows.map(({ row, tool, server, outcome, ms, args }) => [
    String(row),
    tool,
    server,
    outcome,
    `${Math.round(ms)} ms`,
    json(args).trimEnd(),
  ]);
  return table(
    ['ROW', 'TOOL', 'SERVER', 'OUTCOME', 'TIME', 'ARGUMENTS'],
    cells,
    tableView(deps.stdout, deps.env),
  );
}

function one({ row, at, server, tool, outcome, ms, args }: Row): string {
  return [
    `${row}: ${sanitize(tool)} on ${sanitize(server)}, ${at}: ${outcome} after ${Math.round(ms)} ms\n`,
    json(args, true),
  ].join('');
}
