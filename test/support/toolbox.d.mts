type Report = (progress: { progress: number; total: number; message: string }) => Promise<void>;

/** Finds the way to report progress in what an SDK hands to a tool. */
export type ProgressOf = (extra: never) => Report;

/** Registers `echo`, `add`, `slow`, `fail` and `admin` with an `McpServer` of either SDK line. */
export function addTools(server: { registerTool: unknown }, progressOf: ProgressOf): void;

export const modernProgress: ProgressOf;
export const olderProgress: ProgressOf;
