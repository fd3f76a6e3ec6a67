// Who was asked for what, in order, over several counterparts.
import type { Loopback } from './loopback.ts';

/**
 * From now on every request of the program to these, and where it sends the browser: `mcp POST /mcp tools/list`. The
 * pages between the authorization endpoint and the callback are the browser's business. Set faults before.
 */
export function trace(counterparts: Record<string, Loopback>): string[] {
  const seen: string[] = [];
  for (const [name, counterpart] of Object.entries(counterparts)) {
    const { intercept } = counterpart;
    counterpart.intercept = (hit, response) => {
      const rpc = (hit.json as { method?: string } | undefined)?.method;
      const between = /\/(interaction|auth)\/[^/]+$/.test(hit.path);
      if (!between) seen.push([name, hit.method, hit.path, rpc].filter(Boolean).join(' '));
      return intercept?.(hit, response) ?? false;
    };
  }
  return seen;
}

/** The requests for documents among them. */
export function documents(seen: readonly string[]): string[] {
  return seen.filter((line) => line.includes('/.well-known/'));
}
