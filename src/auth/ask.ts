import { discard } from './body.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { within } from './within.ts';

/** Belongs to no session and changes nothing, whatever the server makes of it. */
const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

/**
 * What the server says to a request without a token. A sign-in that starts before any request was refused does not
 * know where the metadata is if it is at none of the well-known places, nor which scopes are needed now (MCP
 * authorization, Protected Resource Metadata Discovery and Scope Selection). Undefined if the server challenges nobody.
 * @throws NetworkError, CancelledError
 */
export async function askForChallenge(ctx: AuthContext): Promise<Challenge | undefined> {
  const response = await askServer(ctx);
  await discard(response);
  if (response.status !== 401) return undefined;
  return parseChallenge(response.headers.get('www-authenticate'));
}

/**
 * The answer to that request, with `headers` laid over the configured ones; its body is the caller's to read or discard.
 * @throws NetworkError, CancelledError
 */
export async function askServer(
  ctx: AuthContext,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { url } = ctx.entry;
  // The older transport's only place for an answer is the stream.
  const streams = new URL(url).pathname.endsWith('/sse');
  return ctx.http(url, {
    method: streams ? 'GET' : 'POST',
    headers: {
      ...ctx.entry.headers,
      accept: streams ? 'text/event-stream' : 'application/json, text/event-stream',
      ...(!streams && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(!streams && { body: PING }),
    signal: within(ctx),
  });
}
