import { sanitize } from './sanitize.ts';
import { cut, width, wrap } from './width.ts';

export type TableView = {
  /** Cells of the terminal; 0: not a terminal, nothing is cut. */
  columns: number;
  /** Headings in bold. */
  bold: boolean;
};

/** Below that many cells a cut text says nothing. */
const LEAST = 10;
const GAP = 2;

/**
 * Aligned columns, two spaces between. Cells are made safe here. The first column is what is typed again: it is never
 * cut. The others come in the order of their weight: where the terminal is too narrow, the last ones are cut first, and
 * if not even that helps, each row becomes a block with a line for each cell.
 */
export function table(header: string[], rows: string[][], view: TableView): string {
  const clean = rows.map((row) => header.map((_, column) => sanitize(row[column] ?? '')));
  // Not all of them as arguments of one call: those of a long list would not fit on the stack.
  const natural = header.map((title, column) =>
    clean.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), width(title)),
  );
  const widths = shares(header, natural, view.columns);
  if (widths === undefined) return blocks(header, clean, view);
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => {
        const shown = cut(cell, widths[column] ?? 0);
        return shown + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(shown)) + GAP);
      })
      .join('')
      .trimEnd();
  return `${strong(line(header), view)}\n${clean.map((row) => `${line(row)}\n`).join('')}`;
}

/** How wide each column is in `columns` cells; undefined: they do not fit side by side. Pure. */
function shares(header: string[], natural: number[], columns: number): number[] | undefined {
  const widths = [...natural];
  if (columns <= 0) return widths;
  let over = widths.reduce((sum, each) => sum + each + GAP, -GAP) - columns;
  for (let column = widths.length - 1; column > 0 && over > 0; column--) {
    const now = widths[column] ?? 0;
    const taken = Math.min(over, Math.max(0, now - Math.max(LEAST, width(header[column] ?? ''))));
    widths[column] = now - taken;
    over -= taken;
  }
  return over > 0 ? undefined : widths;
}

/** The first cell as a heading, the others below it with their titles, wrapped and indented. */
function blocks(header: string[], rows: string[][], view: TableView): string {
  const titles = Math.max(0, ...header.slice(1).map(width));
  const indent = titles + 2 * GAP;
  return rows
    .map(([first = '', ...rest]) => {
      const lines = rest.flatMap((cell, index) => {
        if (cell === '') return [];
        const title = header[index + 1] ?? '';
        return wrap(cell, Math.max(LEAST, view.columns - indent)).map(
          (part, turn) =>
            `${' '.repeat(GAP)}${turn === 0 ? title : ''}${' '.repeat(indent - GAP - (turn === 0 ? width(title) : 0))}${part}\n`,
        );
      });
      return `${strong(first, view)}\n${lines.join('')}`;
    })
    .join('\n');
}

function strong(text: string, view: TableView): string {
  return view.bold ? `\u001b[1m${text}\u001b[22m` : text;
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
