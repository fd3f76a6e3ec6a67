/** How the MCP server behaves. Faults change one of these each. */
export type Rules = {
  legacy: boolean;
  modern: boolean;
  /** Requests without a token get in, and tools complain in words. */
  open: boolean;
  /** What the 401 says. */
  challenge: 'full' | 'without-scope' | 'none';
  /** Where the resource metadata is. */
  metadata: 'path' | 'root' | 'nowhere';
  /** What it says that it is for. */
  resource: 'endpoint' | 'origin' | 'foreign';
  /** A session that is not there is 401 and not 404. */
  lostIsUnauthorized: boolean;
  /** The first sessions are forgotten after one request. */
  forgets: boolean;
  /** Milliseconds for which a token's introspection is believed. */
  believes: number;
  /** Good tokens are refused. */
  refusesAll: boolean;
};

export const GOOD: Rules = {
  legacy: true,
  modern: true,
  open: false,
  challenge: 'full',
  metadata: 'path',
  resource: 'endpoint',
  lostIsUnauthorized: false,
  forgets: false,
  believes: 0,
  refusesAll: false,
};
