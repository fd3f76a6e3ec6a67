import { type Command, Option } from 'commander';
import type { PinOptions } from '../workspace/pinned.ts';
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
    .action((name: string, options: PinOptions) =>
      perform(async (w) => (await import('../commands/tools.ts')).toolsDescribe(w, name, options)),
    );
  pinnable(describe);
  examples(describe, [
    'mcp-cli --server notion tools describe search',
    'mcp-cli --server notion tools describe search --json > search.json     what --schema takes',
    'mcp-cli --server notion tools describe search --schema search.json     exit 7 if it has changed',
  ]);
  const call = tools
    .command('call')
    .description('call a tool; exit 8 if it answers with an error')
    .argument('<name>')
    .argument('[argument...]', 'key=value, outer.key=value, key:=json, key=@file')
    .option('--args <json>', 'all arguments as one JSON object; - reads it from standard input')
    .action((name: string, given: string[], options: PinOptions & { args?: string }) =>
      perform(async (w) => (await import('../commands/tools-call.ts')).toolsCall(w, name, given, options)),
    );
  pinnable(call);
  examples(call, [
    'mcp-cli --server notion tools call search query=roadmap limit=5',
    `mcp-cli --server notion tools call search --args '{"query":"roadmap"}' --json`,
    'mcp-cli --server notion tools call create title=Notes text=@notes.md tags:=\'["a"]\'',
    'mcp-cli --server notion tools call search query=roadmap --schema search.json',
  ]);
}

/** A script that was written for a tool is told when it is another one. */
function pinnable(command: Command): void {
  command
    .option(
      '--schema <file>',
      'what tools describe --json printed: exit 7 if the tool has changed incompatibly',
    )
    .addOption(
      new Option('--schema-mode <mode>', 'what counts as a change (default: compatible)').choices([
        'strict',
        'compatible',
      ]),
    );
}
