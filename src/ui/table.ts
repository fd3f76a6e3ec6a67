import { sanitize } from './sanitize.ts';
import { cut, width } from './width.ts';

export type TableView = {
  /** Cells of the terminal; 0: not a terminal, nothing is cut. */
  columns: number;
  /** Headings in bold. */
  bold: boolean;
};

/** Aligned columns, two spaces between, the last one cut to the terminal. Cells are made safe here. */
export function table(header: string[], rows: string[][], view: TableView): string {
  const clean = rows.map((row) => header.map((_, column) => sanitize(row[column] ?? '')));
  const widths = header.map((title, column) =>
    Math.max(width(title), ...clean.map((row) => width(row[column] ?? ''))),
  );
  const last = header.length - 1;
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0);
  // Under ten cells a cut text says nothing: then the terminal may wrap it.
  const room = view.columns - before >= 10 ? view.columns - before : Number.POSITIVE_INFINITY;
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        column === last
          ? cut(cell, room)
          : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)) + 2),
      )
      .join('')
      .trimEnd();
  const head = line(header);
  return [view.bold ? `\u001b[1m${head}\u001b[22m` : head, ...clean.map(line)]
    .map((each) => `${each}\n`)
    .join('');
}

/** How a table looks here: cut and bold on a terminal only; NO_COLOR (no-color.org) and dumb terminals are obeyed. */
export function tableView(
  stdout: { isTTY: boolean; columns: number },
  env: Readonly<Record<string, string | undefined>>,
): TableView {
  if (!stdout.isTTY) return { columns: 0, bold: false };
  return { columns: stdout.columns, bold: !env.NO_COLOR && env.TERM !== 'dumb' };
}

/** A table without the columns that are empty in every row. */
export function sparseTable(header: string[], rows: string[][], view: TableView): string {
  const used = header.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const kept = <T>(cells: T[]) => cells.filter((_, column) => used[column]);
  return table(kept(header), rows.map(kept), view);
}

/** What of a description fits into a table. */
export function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0] ?? '';
}
