import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growSchema(schema: Command, perform: Perform): void {
  schema.action((words: string[]) =>
    perform(async (w) => (await import('../commands/schema.ts')).schema(w, words)),
  );
  examples(schema, [
    'mcp-cli schema tools list       $defs.line in it is a line of --format ndjson',
    'mcp-cli schema error',
  ]);
}
