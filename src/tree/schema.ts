import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growSchema(program: Command, perform: Perform): void {
  const schema = program
    .command('schema')
    .description('print the JSON Schema of what a command prints with --json')
    .argument('<command...>', 'its words; error is what stderr has then')
    .action((words: string[]) =>
      perform(async (w) => (await import('../commands/schema.ts')).schema(w, words)),
    );
  examples(schema, [
    'mcp-cli schema tools list       $defs.line in it is a line of --format ndjson',
    'mcp-cli schema error',
  ]);
}
