import { NetworkError, ProtocolError } from '../errors.ts';
import { discard, readText } from './body.ts';
import type { AuthContext } from './context.ts';
import { followSameOrigin } from './follow.ts';
import { type Hop, toward } from './hop.ts';

const HEADERS = { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' };

/**
 * Fetches one form of a well-known document. Undefined means "try the next form": not there, an HTML page, an empty
 * body, a redirect to another origin. Nothing secret is ever sent with it.
 * @throws NetworkError `server_error` on 5xx and 429, ProtocolError `metadata_invalid` on unreadable JSON
 */
export async function fetchDocument(
  { http, signal, entry }: Pick<AuthContext, 'http' | 'signal' | 'entry'>,
  url: string,
  hop: Hop,
): Promise<unknown> {
  const response = await followSameOrigin(toward(http, hop), url, { headers: HEADERS, signal });
  if (response.status >= 500 || response.status === 429) {
    await discard(response);
    throw new NetworkError('server_error', `${url} answered HTTP ${response.status}`, {
      hint: 'the server is in trouble; try again later',
    });
  }
  const text = await readText(response);
  if (!response.ok || text.trim() === '' || looksLikeHtml(text, response)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('metadata_invalid', `${url} did not answer with readable JSON`, {
      hint: withoutMetadata(entry.path),
    });
  }
}

/** What helps against a server that publishes none, or nonsense. */
export function withoutMetadata(path: string): string {
  return `tell its operator, or do without: set ${path}.oauth.authorization_url and token_url`;
}

function looksLikeHtml(text: string, response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('html') || text.trimStart().startsWith('<');
}
