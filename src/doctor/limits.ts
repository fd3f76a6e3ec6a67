// What the steps of every kind of server have in common.

/** Milliseconds. The sum is more than all steps together may take: few servers are slow at everything. */
export const SHORT = 2_000;
export const NETWORK = 5_000;
export const LONG = 10_000;

export const CONFIGURATION = {
  name: 'configuration',
  clause: 'docs/configuration.md',
  limit: SHORT,
} as const;
export const STORE = { name: 'store', clause: 'docs/storage.md', limit: LONG } as const;
export const LIFECYCLE = 'MCP lifecycle, Initialization';
