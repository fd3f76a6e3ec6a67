import type { Fetch } from '../deps.ts';
import { discard } from './body.ts';

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * GET without secrets that follows redirects inside one origin, at most `max`. A redirect to another origin, one
 * without a usable `Location`, or one too many is returned as it came: the caller judges the 3xx.
 */
export async function followSameOrigin(
  fetch: Fetch,
  url: string,
  init: Parameters<Fetch>[1] = {},
  max = 3,
): Promise<Response> {
  let current = url;
  for (let hop = 0; ; hop++) {
    const response = await fetch(current, { ...init, method: 'GET', redirect: 'manual' });
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null || hop === max) return response;
    if (!URL.canParse(location, current)) return response;
    const next = new URL(location, current);
    if (next.origin !== new URL(current).origin || next.username !== '' || next.password !== '')
      return response;
    await discard(response);
    current = next.href;
  }
}
