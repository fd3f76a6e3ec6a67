import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growPing(ping: Command, perform: Perform): void {
  ping.action((servers: string[]) =>
    perform(async (w) => (await import('../commands/ping.ts')).ping(w, servers)),
  );
  examples(ping, ['mcp-cli ping notion', 'mcp-cli ping notion linear --json']);
}
