import type { CallToolResult } from '@modelcontextprotocol/client';
import { json } from './json.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

type Block = CallToolResult['content'][number];

/** A tool's answer for a person: text as it came, but safe; what a terminal cannot show by name, type and size. */
export function resultText(result: CallToolResult): string {
  const content = result.content ?? [];
  const blocks = content.map(contentText);
  // A server with structured content sends the same as text for older clients: shown once (2025-06-18, tools).
  const repeated = content.some((block) => block.type === 'text');
  if (result.structuredContent !== undefined && !repeated)
    blocks.push(json(result.structuredContent, true).trimEnd());
  return blocks.map((block) => (block.endsWith('\n') ? block : `${block}\n`)).join('');
}

/** One block of content, for a person: text made safe, anything else described. */
export function contentText(block: Block): string {
  switch (block.type) {
    case 'text':
      return sanitizeLines(block.text);
    case 'image':
    case 'audio':
      return `[${block.type} ${sanitize(block.mimeType)}, ${byteSize(bytesOf(block.data))}]`;
    case 'resource_link': {
      const type = block.mimeType === undefined ? '' : `, ${sanitize(block.mimeType)}`;
      return `[resource ${sanitize(block.name)}: ${sanitize(block.uri)}${type}]`;
    }
    case 'resource': {
      const { resource } = block;
      if ('text' in resource && typeof resource.text === 'string') return sanitizeLines(resource.text);
      const data = 'blob' in resource && typeof resource.blob === 'string' ? resource.blob : '';
      return `[resource ${sanitize(resource.uri)}${resource.mimeType ? `, ${sanitize(resource.mimeType)}` : ''}, ${byteSize(bytesOf(data))}]`;
    }
    default:
      // A kind of content that a later revision brings.
      return `[${sanitize(String((block as { type: unknown }).type))}]`;
  }
}

/** Of base64, without decoding it. */
export function bytesOf(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
