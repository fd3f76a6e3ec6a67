import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growTools(tools: Command, perform: Perform): void {
  const shelf = tools
    .command('list')
    .description('what tools there are; several servers are asked side by side')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('../commands/tools.ts')).toolsList(w, servers)),
    );
  examples(shelf, [
    'mcp-cli tools list notion                                one server',
    'mcp-cli tools list notion linear --json                  several servers at once',
    'mcp-cli --server https://mcp.linear.app/mcp tools list   a server without configuration',
  ]);
  const describe = tools
    .command('describe')
    .description('one tool and its arguments')
    .argument('<name>')
    .action((name: string) =>
      perform(async (w) => (await import('../commands/tools.ts')).toolsDescribe(w, name)),
    );
  examples(describe, ['mcp-cli --server notion tools describe search']);
  const call = tools
    .command('call')
    .description('call a tool; exit 8 if it answers with an error')
    .argument('<name>')
    .argument('[argument...]', 'key=value, key:=json, key=@file')
    .option('--args <json>', 'all arguments as one JSON object; - reads it from standard input')
    .action((name: string, given: string[], options: { args?: string }) =>
      perform(async (w) => (await import('../commands/tools-call.ts')).toolsCall(w, name, given, options)),
    );
  examples(call, [
    'mcp-cli --server notion tools call search query=roadmap limit=5',
    `mcp-cli --server notion tools call search --args '{"query":"roadmap"}' --json`,
    'mcp-cli --server notion tools call create title=Notes text=@notes.md tags:=\'["a"]\'',
  ]);
}
