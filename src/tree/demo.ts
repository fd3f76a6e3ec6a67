import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growDemo(demo: Command, perform: Perform): void {
  demo
    .option('--fault <name...>', 'what the server does wrong: the step that it breaks fails')
    .action(({ fault = [] }: { fault?: string[] }) =>
      perform(async (w) => (await import('../commands/demo.ts')).demo(w, fault)),
    );
  examples(demo, [
    'mcp-cli demo                           the browser opens for the consent, where there is one',
    'mcp-cli demo --no-browser              it consents by itself',
    'mcp-cli demo --json                    what happened, for a script',
    'mcp-cli demo --fault no-registration   what a broken server does to it',
  ]);
}
