export type Hop = { url: string; status: number };

/** `url`, `status`, `headers` and `body` are those of the last page. */
export type Walk = {
  hops: Hop[];
  url: string;
  status: number;
  headers: Record<string, string>;
  body: string;
};

export type WalkOptions = {
  maxHops?: number;
  /** Sees every redirect's target before it is followed, and may change it, or return another one. */
  tamper?: (target: URL) => string | undefined;
  /** In the place of Node's own: a browser with a proxy and certificates of its own. */
  fetch?: typeof fetch;
};

export function walk(start: string, options?: WalkOptions): Promise<Walk>;
