import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, type Perform } from './branch.ts';

type Given = { allowTools?: string[]; denyTools?: string[]; signIn: boolean };

export function growProxy(proxy: Command, perform: Perform): void {
  proxy
    .addOption(
      new Option(
        '--allow-tools <names>',
        'let only these through, with * for anything: read_*,search',
      ).argParser(collect),
    )
    .addOption(
      new Option('--deny-tools <names>', 'keep these back, whatever is allowed: delete_*').argParser(collect),
    )
    .option('--sign-in', 'open a browser where a sign-in is needed', false)
    .action((server: string | undefined, { allowTools, denyTools = [], signIn }: Given) =>
      perform(async (w) =>
        (await import('../commands/proxy.ts')).proxy(w, server === undefined ? [] : [server], {
          allowTools,
          denyTools,
          signIn,
        }),
      ),
    );
  examples(proxy, [
    'mcp-cli proxy notion                                as "command" and "args" of another client',
    'mcp-cli proxy https://mcp.example.com/mcp           without a configuration of ours',
    "mcp-cli proxy notion --allow-tools 'search,get_*'   the client sees these alone",
    "mcp-cli proxy notion --deny-tools 'delete_*'         all but these",
  ]);
}

function collect(text: string, before: string[] | undefined): string[] {
  const names = text.split(',').flatMap((each) => each.trim() || []);
  if (names.length === 0) throw new InvalidArgumentError('It is a name of a tool, or several with commas.');
  return [...(before ?? []), ...names];
}
