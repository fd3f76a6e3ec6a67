import type { Command } from 'commander';
import { examples, type Perform } from './branch.ts';
import { growTokenValues } from './token-values.ts';

export function growToken(token: Command, perform: Perform): void {
  growTokenValues(token, perform);
  const keygen = token
    .command('keygen')
    .description('make a key for the encrypted store, which needs no password then')
    .action(() => perform(async (w) => (await import('../commands/token-keygen.ts')).tokenKeygen(w)));
  examples(keygen, [
    'mcp-cli token keygen > ~/mcp-cli.key && chmod 600 ~/mcp-cli.key',
    'MCP_CLI_ENCRYPTION_KEY_FILE=~/mcp-cli.key mcp-cli auth login notion',
  ]);
}
