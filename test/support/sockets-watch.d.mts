/** Tells of each connection that this process begins, `host:port`; sockets in the file system are left out. */
export function watchSockets(net: typeof import('node:net'), told: (place: string) => void): () => void;
