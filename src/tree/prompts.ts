import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growPrompts(prompts: Command, perform: Perform): void {
  const list = prompts
    .command('list')
    .description('what prompts there are; several servers are asked side by side')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/prompts.ts')).promptsList(w, servers)),
    );
  examples(list, ['mcp-cli prompts list notion', 'mcp-cli prompts list notion linear --json']);
  const get = prompts
    .command('get')
    .description('the messages of a prompt')
    .argument('<name>')
    .argument('[argument...]', 'key=value, key=@file')
    .option('--args <json>', 'all arguments as one JSON object of texts; - reads it from standard input')
    .option('--complete <key=text>', 'only what the server proposes for an argument that begins so')
    .action((name: string, words: string[], options: { args?: string; complete?: string }) =>
      perform(async (w) => (await import('../commands/prompts.ts')).promptsGet(w, name, words, options)),
    );
  examples(get, [
    'mcp-cli --server notion prompts get review style=short text=@draft.md',
    `mcp-cli --server notion prompts get review --args '{"text":"draft"}' --json`,
    'mcp-cli --server notion prompts get review --complete style=sh',
  ]);
}
