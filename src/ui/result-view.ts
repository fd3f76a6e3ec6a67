// A tool's answer at a terminal. Nothing in it is fetched, opened or run, and everything is made safe before it is shown.

import type { CallToolResult } from '@modelcontextprotocol/client';
import { dataText, parsedData } from './data.ts';
import { json } from './json.ts';
import { label } from './label.ts';
import { type Look, painter } from './look.ts';
import { contentText } from './result.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

type Block = CallToolResult['content'][number];

export type ResultView = {
  look: Look;
  /** Cells of the terminal. */
  columns: number;
  /** Keeps what a terminal cannot show, and resolves to where; undefined: it could not be kept, or is not wanted. */
  save(bytes: Media): Promise<string | undefined>;
  /** Runs what a hostile text could keep busy for ever; undefined: it took too long. */
  within<T>(work: () => T): T | undefined;
};

/** Base64, as the server sent it. */
export type Media = { data: string; mimeType: string | undefined };

const CUT = 'cells are cut to fit: --json shows all of them';

/** Whole lines: Markdown laid out, lists of flat objects as tables, media saved, links with their URIs. */
export async function resultView(result: CallToolResult, view: ResultView): Promise<string> {
  const content = result.content ?? [];
  const mine = content.filter((block) => forPeople(block));
  const shown: string[] = [];
  for (const block of mine) shown.push(await blockView(block, view));
  // A server with structured content sends the same as text for older clients: shown once (2025-06-18, tools).
  const repeated = content.some((block) => block.type === 'text');
  if (result.structuredContent !== undefined && !repeated)
    shown.push(dataView(result.structuredContent, view));
  const left = content.length - mine.length;
  if (left > 0)
    shown.push(remark(`${left} ${left === 1 ? 'part is' : 'parts are'} for a model, and in --json`, view));
  return shown.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
}

/** What of an answer is a file. */
export function mediaOf(result: CallToolResult): Media[] {
  return (result.content ?? []).flatMap((block) => {
    if (block.type === 'image' || block.type === 'audio') return [block];
    if (block.type !== 'resource' || !('blob' in block.resource)) return [];
    return [{ data: block.resource.blob, mimeType: block.resource.mimeType }];
  });
}

function remark(text: string, { look }: ResultView): string {
  return `${painter(look)('dim', `(${text})`)}\n`;
}

/** Annotations say for whom a part is; one that says nothing is for everybody. */
function forPeople(block: Block): boolean {
  const audience = 'annotations' in block ? block.annotations?.audience : undefined;
  return !Array.isArray(audience) || audience.length === 0 || audience.includes('user');
}

async function blockView(block: Block, view: ResultView): Promise<string> {
  switch (block.type) {
    case 'text':
      return textView(block.text, undefined, view);
    case 'image':
    case 'audio':
      return saved(contentText(block), block, view);
    case 'resource_link': {
      const { title, name, uri, mimeType, size, description } = block;
      const more = [mimeType, size === undefined ? undefined : `${size} bytes`].filter(Boolean).join(', ');
      const about = description ? `\n  ${label(description)}` : '';
      return `${label(title ?? name)}: ${sanitize(uri)}${more ? ` (${label(more)})` : ''}${about}`;
    }
    case 'resource': {
      const { resource } = block;
      if ('text' in resource && typeof resource.text === 'string')
        return `--- ${sanitize(resource.uri)}\n${await textView(resource.text, resource.mimeType, view)}`;
      const data = 'blob' in resource && typeof resource.blob === 'string' ? resource.blob : '';
      return saved(contentText(block), { data, mimeType: resource.mimeType }, view);
    }
    default:
      return contentText(block);
  }
}

async function saved(about: string, { data, mimeType }: Media, view: ResultView): Promise<string> {
  const path = await view.save({ data, mimeType });
  return path === undefined ? about : `${about} saved as ${sanitize(path)}`;
}

async function textView(text: string, mimeType: string | undefined, view: ResultView): Promise<string> {
  const data = parsedData(text);
  // Laid out already by the server, it stays as it is, unless it becomes a table.
  if (data !== undefined) {
    const whole = dataView(data, view);
    return whole === json(data, true) && text.includes('\n') ? sanitizeLines(text) : whole;
  }
  const safe = sanitizeLines(text);
  const { isMarkdown, markdownText } = await import('./markdown.ts');
  if (mimeType === 'text/plain' || !(mimeType === 'text/markdown' || isMarkdown(safe))) return safe;
  const { Lexer } = await import('marked');
  try {
    // Made safe before it is read, and again word by word.
    return view.within(() => markdownText(new Lexer({ gfm: true }).lex(safe), view)) ?? safe;
  } catch (error) {
    // Thousands of quotes in each other.
    if (error instanceof RangeError) return safe;
    throw error;
  }
}

function dataView(value: unknown, view: ResultView): string {
  const { look, columns } = view;
  const { text, cut } = dataText(value, { columns, bold: look.colour });
  return cut ? `${text}${remark(CUT, view)}` : text;
}
