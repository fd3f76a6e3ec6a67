import type { GetPromptResult, ReadResourceResult } from '@modelcontextprotocol/client';
import { byteSize, contentText } from './result.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

type Contents = ReadResourceResult['contents'][number];

/** What a resource has in it, for a person: each text under its URI, if there are several. */
export function contentsText(contents: Contents[]): string {
  return contents
    .map((each) => {
      const text = 'text' in each ? lines(sanitizeLines(each.text)) : `${describe(each)}\n`;
      return contents.length > 1 && 'text' in each ? `--- ${sanitize(each.uri)}\n${text}` : text;
    })
    .join('');
}

/** Of something that a terminal cannot show. */
export function describe(each: { uri: string; mimeType?: string | undefined; blob?: unknown }): string {
  const type = each.mimeType === undefined ? '' : `, ${sanitize(each.mimeType)}`;
  const size = typeof each.blob === 'string' ? Buffer.byteLength(each.blob, 'base64') : 0;
  return `[${sanitize(each.uri)}${type}, ${byteSize(size)}]`;
}

/** The messages of a prompt under the names of their roles; images and the like are described. */
export function messagesText({ description, messages }: GetPromptResult): string {
  const told = messages.map(({ role, content }) => `${sanitize(role)}:\n${lines(contentText(content))}`);
  return [...(description ? [`${sanitize(description)}\n`] : []), ...told].join('\n');
}

function lines(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
