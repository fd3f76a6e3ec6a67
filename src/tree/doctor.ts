import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growDoctor(doctor: Command, perform: Perform): void {
  doctor
    .option('--redact', 'no names of hosts, addresses and servers either')
    .action((server: string | undefined, options: { redact?: boolean }) =>
      perform(async (w) =>
        (await import('../commands/auth-doctor.ts')).doctor(w, server === undefined ? [] : [server], options),
      ),
    );
  examples(doctor, [
    'mcp-cli doctor          Node, terminal, browser, proxies, authorities, store',
    'mcp-cli doctor notion   all that a sign-in to that server rests on',
    'mcp-cli doctor --json   for a script; the exit is that of the first failure',
  ]);
}
