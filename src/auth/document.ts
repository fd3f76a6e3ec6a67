import type { Fetch } from '../deps.ts';
import { NetworkError, ProtocolError } from '../errors.ts';
import { readText } from './body.ts';

const LIMIT = 1_000_000;
const REDIRECTS = 3;

/**
 * Fetches one form of a well-known document. Undefined means "try the next form": not there, an HTML page, an empty
 * body, a redirect to another origin. Nothing secret is ever sent with it.
 * @throws NetworkError `server_error` on 5xx and 429, ProtocolError `metadata_invalid` on unreadable JSON
 */
export async function fetchDocument(http: Fetch, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await followSameOrigin(http, url, signal);
  if (response.status >= 500 || response.status === 429) {
    await response.body?.cancel();
    throw new NetworkError('server_error', `${url} answered HTTP ${response.status}`, {
      hint: 'the server is in trouble; try again later',
    });
  }
  const text = await readText(response, LIMIT);
  if (!response.ok || text.trim() === '' || looksLikeHtml(text, response)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('metadata_invalid', `${url} did not answer with readable JSON`);
  }
}

async function followSameOrigin(http: Fetch, url: string, signal: AbortSignal): Promise<Response> {
  let current = url;
  for (let hop = 0; ; hop++) {
    const response = await http(current, {
      headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || !location || hop === REDIRECTS) return response;
    const next = URL.canParse(location, current) ? new URL(location, current) : undefined;
    if (next?.origin !== new URL(current).origin) return response;
    await response.body?.cancel();
    current = next.href;
  }
}

function looksLikeHtml(text: string, response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('html') || text.trimStart().startsWith('<');
}
