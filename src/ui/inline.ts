// What stands in a line of Markdown.

import type { Token, Tokens } from 'marked';
import { type Look, painter } from './look.ts';

/** Emphasis in another emphasis, and so on. */
const DEEPEST = 12;

/** Words with styles; line breaks stay. The text of the tokens is safe for a terminal. */
export function inline(tokens: Token[], look: Look, depth = 0): string {
  const paint = painter(look);
  const inner = (token: Token) =>
    depth < DEEPEST && 'tokens' in token && token.tokens ? inline(token.tokens, look, depth + 1) : token.raw;
  return tokens
    .map((token) => {
      switch (token.type) {
        case 'strong':
          return paint('bold', inner(token));
        case 'em':
          return paint('italic', inner(token));
        case 'codespan':
          return paint('cyan', (token as Tokens.Codespan).text);
        case 'br':
          return '\n';
        case 'del':
          return `~~${inner(token)}~~`;
        case 'link':
          return withTarget(inner(token), (token as Tokens.Link).href);
        case 'image':
          return withTarget(`[image${token.text ? `: ${token.text}` : ''}]`, (token as Tokens.Image).href);
        case 'text':
        case 'escape':
          return entities('tokens' in token && token.tokens ? inner(token) : (token as Tokens.Text).text);
        default:
          return token.raw;
      }
    })
    .join('');
}

/** The same without any style. */
export function plainInline(tokens: Token[]): string {
  return inline(tokens, { colour: false, unicode: true }).replaceAll('\n', ' ');
}

function withTarget(words: string, href: string): string {
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

/** Those that Markdown cannot do without; a number could stand for a character that was taken out before. */
function entities(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#39|amp);/g, (each) => ENTITIES[each] ?? each);
}
