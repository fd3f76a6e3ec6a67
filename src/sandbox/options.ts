// What one sandbox is like, as its two halves see it. A half takes web requests and knows no sockets.

export type SandboxOptions = {
  /** Names of faults that are switched on. */
  faults: ReadonlySet<string>;
  /** Milliseconds that an access token lives. */
  accessLifetime: number;
  /** Milliseconds that a refresh token lives; every rotation begins anew. */
  refreshLifetime: number;
  /** Whoever asks is let in without a page: for scripts and for machines without a browser. */
  approve: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  random(bytes: number): Uint8Array;
};

export type Half = {
  /** Undefined: not a request for this half. */
  handle(request: Request): Promise<Response | undefined>;
  close(): Promise<void>;
};

/** Where the halves are, once both are bound. Without a trailing slash. */
export type Origins = {
  /** Of the authorization server: its issuer. */
  authorization: string;
  /** Of the MCP server, which is at `/mcp`. */
  resource: string;
};

/** For whoever watches: what was asked for, and what came of it. Never a secret. */
export type Seen = {
  method: string;
  path: string;
  status: number;
  /** At the token endpoint. */
  grant?: 'authorization_code' | 'refresh_token' | 'other';
  /** Why the sandbox itself fell over: a fault of it that is no fault of FAULTS. */
  trouble?: string;
};
