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
};

export function walk(start: string, options?: WalkOptions): Promise<Walk>;
