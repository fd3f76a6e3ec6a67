// Markdown of a server, for a terminal. Only its structure is read: no HTML is run, no link is followed, and a link is
// shown with the URL that it leads to, because the words of a link can say anything.

import type { Token, Tokens } from 'marked';
import { inline, plainInline } from './inline.ts';
import { type Look, painter } from './look.ts';
import { sanitizeLines } from './sanitize.ts';
import { table } from './table.ts';
import { wrapStyled } from './width.ts';

type View = { look: Look; columns: number };

/** Characters: a page is shorter, and what reads it can be kept busy by a long one. */
const LONGEST = 300_000;
/** Levels of lists and quotes. */
const DEEPEST = 12;

const SIGNS = [/^ {0,3}(```|~~~)/m, /\*\*[^\s*]/, /\]\([a-z]+:\/\//i, /^ {0,3}\|?[ :]*-{3,}[ :]*\|/m];
const HEADING = /^#{1,6} \S.*\n[ \t]*\n/m;

/** Whether a text was written as Markdown: one that only has a `#` or a `*` somewhere is shown as it is. */
export function isMarkdown(text: string): boolean {
  return text.length <= LONGEST && (SIGNS.some((sign) => sign.test(text)) || HEADING.test(text));
}

/** The tokens of a text as lines that are safe for a terminal. Everything that it says is shown, also what is no Markdown. */
export function markdownText(tokens: Token[], view: View): string {
  return `${blocks(tokens, view, 0).join('\n')}\n`;
}

/** Lines of each block, an empty one between two. */
function blocks(tokens: Token[], view: View, depth: number): string[] {
  const all = tokens.map((token) => block(token, view, depth)).filter((lines) => lines.length > 0);
  return all.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function block(token: Token, view: View, depth: number): string[] {
  const paint = painter(view.look);
  const width = Math.max(20, view.columns - 2 * depth);
  if (depth > DEEPEST) return sanitizeLines(token.raw).split('\n');
  switch (token.type) {
    case 'space':
    case 'def':
      return token.type === 'def' ? [sanitizeLines(token.raw).trimEnd()] : [];
    case 'heading': {
      const words = plainInline((token as Tokens.Heading).tokens);
      const marks = '#'.repeat((token as Tokens.Heading).depth);
      return wrapStyled(`${marks} ${words}`, width).map((line) => paint('bold', line));
    }
    case 'paragraph':
    case 'text': {
      const words = token as Tokens.Paragraph | Tokens.Text;
      // Lines stay lines: a text that was no Markdown loses nothing.
      const styled = words.tokens ? inline(words.tokens, view.look) : sanitizeLines(words.text);
      return styled.split('\n').flatMap((line) => wrapStyled(line, width));
    }
    case 'code':
      return sanitizeLines((token as Tokens.Code).text)
        .split('\n')
        .map((line) => `    ${paint('cyan', line)}`);
    case 'blockquote': {
      const bar = paint('dim', view.look.unicode ? '│' : '|');
      return blocks((token as Tokens.Blockquote).tokens, view, depth + 1).map((line) => `${bar} ${line}`);
    }
    case 'list':
      return list(token as Tokens.List, view, depth);
    case 'hr':
      return [paint('dim', (view.look.unicode ? '─' : '-').repeat(Math.min(width, 40)))];
    case 'table':
      return grid(token as Tokens.Table, view);
    default:
      // HTML as well: as it was written.
      return sanitizeLines(token.raw).trimEnd().split('\n');
  }
}

function list({ items, ordered, start, loose }: Tokens.List, view: View, depth: number): string[] {
  const first = typeof start === 'number' ? start : 1;
  const dot = view.look.unicode ? '•' : '*';
  return items.flatMap((item, index) => {
    const mark = ordered ? `${first + index}.` : dot;
    const task = item.task ? `[${item.checked ? 'x' : ' '}] ` : '';
    const pad = ' '.repeat(mark.length + 1);
    const lines = blocks(
      item.tokens.filter(({ type }) => type !== 'checkbox'),
      view,
      depth + 1,
    ).map((line, row) => (row === 0 ? `${mark} ${task}${line}` : `${pad}${line}`));
    const whole = lines.length > 0 ? lines : [`${mark} ${task}`];
    return loose && index > 0 ? ['', ...whole] : whole;
  });
}

function grid({ header, rows }: Tokens.Table, { look, columns }: View): string[] {
  const cells = (row: Tokens.TableCell[]) => row.map(({ tokens }) => plainInline(tokens));
  const view = { columns, bold: look.colour };
  return table(cells(header), rows.map(cells), view).trimEnd().split('\n');
}
