// What one sandbox is like, as its two halves see it. A half takes web requests and knows no sockets.

export type SandboxOptions = {
  /** Names of src/sandbox/faults.ts that are switched on. */
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
  /** One line for whoever watches the sandbox: what was asked for, and what came of it. Never a secret. */
  log(line: string): void;
};

export type Half = {
  /** Undefined: not a request for this half. */
  handle(request: Request): Promise<Response | undefined>;
  close(): Promise<void>;
};

/** Where the other half is, once both are bound. */
export type Origins = {
  /** Of the authorization server, without a trailing slash: its issuer. */
  authorization: string;
  /** Of the MCP server, without a trailing slash. */
  resource: string;
};

/** A deviation of real servers, or an attack, that can be switched on. */
export type Fault = {
  /** Lower-case words with hyphens, as given to `--fault`. */
  name: string;
  kind: 'deviation' | 'attack';
  /** One sentence: what the server does then. */
  does: string;
  /** One sentence: what a good client answers. */
  wants: string;
};
