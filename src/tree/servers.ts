import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';

export function growServers(servers: Command, perform: Perform): void {
  const all = servers
    .command('list')
    .description('every configured server')
    .action(() => perform(async (w) => (await import('../commands/servers.ts')).serversList(w)));
  examples(all, ['mcp-cli servers list', 'mcp-cli --config-file ./server_config.json servers list --json']);
  const one = servers
    .command('get')
    .description('one entry as it is understood, with secrets masked')
    .argument('[server]')
    .action((server: string | undefined) =>
      perform(async (w) =>
        (await import('../commands/servers.ts')).serversGet(w, server === undefined ? [] : [server]),
      ),
    );
  examples(one, ['mcp-cli servers get notion']);
}
