// What stands in a line of Markdown.

import type { Token, Tokens } from 'marked';
import { type Look, painter } from './look.ts';
import { sanitizeLines } from './sanitize.ts';

/** Emphasis in another emphasis, and so on. */
const DEEPEST = 12;

/**
 * Words with styles; line breaks stay. What the tokens say is made safe here: the reader of Markdown has put characters in
 * the place of their numbers.
 */
export function inline(tokens: Token[], look: Look, depth = 0): string {
  const paint = painter(look);
  const inner = (token: Token) =>
    depth < DEEPEST && 'tokens' in token && token.tokens
      ? inline(token.tokens, look, depth + 1)
      : sanitizeLines(token.raw);
  return tokens
    .map((token) => {
      switch (token.type) {
        case 'strong':
          return paint('bold', inner(token));
        case 'em':
          return paint('italic', inner(token));
        case 'codespan':
          return paint('cyan', sanitizeLines((token as Tokens.Codespan).text));
        case 'br':
          return '\n';
        case 'del':
          return `~~${inner(token)}~~`;
        case 'link':
          return withTarget(inner(token), (token as Tokens.Link).href);
        case 'image':
          return withTarget(
            `[image${token.text ? `: ${sanitizeLines(token.text)}` : ''}]`,
            (token as Tokens.Image).href,
          );
        case 'text':
        case 'escape':
          return 'tokens' in token && token.tokens ? inner(token) : entities((token as Tokens.Text).text);
        default:
          return sanitizeLines(token.raw);
      }
    })
    .join('');
}

/** The same without any style. */
export function plainInline(tokens: Token[]): string {
  return inline(tokens, { colour: false, unicode: true }).replaceAll('\n', ' ');
}

function withTarget(words: string, target: string): string {
  const href = sanitizeLines(target);
  const bare = href.replace(/^mailto:/, '');
  return words === href || words === bare ? words : `${words} (${href})`;
}

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** Those that Markdown cannot do without. */
function entities(text: string): string {
  return sanitizeLines(text.replace(/&(?:lt|gt|quot|#39|amp);/g, (each) => ENTITIES[each] ?? each));
}
