// Node has undici inside. The package costs more to load than the rest of the program, so what Node has is used where
// nobody needs more: the same code, with connections of our own making either way (session/dispatcher.ts).

import self from 'node:process';
import type { Fetch } from './deps.ts';

/** What is used of undici's class. */
type Agent = NonNullable<RequestInit['dispatcher']> & { destroy(): Promise<void> };
type AgentClass = new (options: object) => Agent;

/** The one before takes an answer in chunks that was cut off for a whole one (Node 20 and 22). */
const OLDEST = 7;

/**
 * The class of Node's own dispatcher. Undefined where it is too old, where Node keeps it elsewhere, or holds another one there: with
 * NODE_USE_ENV_PROXY it is one that goes by proxies of its own choice.
 */
export function nodeAgent(): AgentClass | undefined {
  if (Number.parseInt(self.versions.undici ?? '', 10) < OLDEST) return undefined;
  // Node loads its undici with the first word of it.
  void globalThis.Headers;
  const usual = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')];
  const made = (usual as object | undefined)?.constructor as AgentClass | undefined;
  return made?.name === 'Agent' ? made : undefined;
}

/** Node's own, whoever replaces it later. */
const nodeFetch = globalThis.fetch;

/** Fetches with the code that the request's dispatcher belongs to: Node's, or the package's. */
export const fetchWithin: Fetch = async (url, init) => {
  const own = nodeAgent();
  if (own && init?.dispatcher instanceof own) return nodeFetch(url, init);
  const { fetch } = await import('undici');
  // undici's own types and the DOM's differ in names only.
  return (await fetch(url, init as never)) as unknown as Response;
};
