import type { Fetch } from './deps.ts';

/**
 * Fetches by the request's dispatcher: one that fetches by itself (session/direct.ts) is asked to, any other is undici's. The
 * package is loaded for those alone, it costs more than the rest of the program.
 */
export const fetchWithin: Fetch = async (url, init) => {
  const dispatcher = init?.dispatcher as { fetch?: Fetch } | undefined;
  if (dispatcher?.fetch) return dispatcher.fetch(url, init);
  const { fetch } = await import('undici');
  // undici's own types and the DOM's differ in names only.
  return (await fetch(url, init as never)) as unknown as Response;
};
