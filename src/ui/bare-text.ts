import type { CallToolResult } from '@modelcontextprotocol/client';
import { json } from './json.ts';
import { sanitizeLines } from './sanitize.ts';

/**
 * The text of a tool's answer alone, for a shell: into a pipe as it came, for a terminal (`shown`) made safe. Where there is none,
 * the structured content as one line of JSON, which has the same in it (2025-06-18, tools). What is neither is left out.
 */
export function plainText({ content = [], structuredContent }: CallToolResult, shown: boolean): string {
  const texts = content.flatMap((block) => (block.type === 'text' ? block.text : []));
  if (texts.length === 0) return structuredContent === undefined ? '' : json(structuredContent);
  return texts
    .map((text) => (shown ? sanitizeLines(text) : text))
    .map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`))
    .join('');
}
