import { type Command, Option } from 'commander';
import { examples, type Perform } from './branch.ts';
import { growTokenValues } from './token-values.ts';

const STORES = ['auto', 'keychain', 'windows', 'secretservice', 'vault', 'encrypted'];

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
  growStores(token, perform);
}

function growStores(token: Command, perform: Perform): void {
  const backends = token
    .command('backends')
    .description('each store: whether it works here, why not, and which one is in use')
    .action(() => perform(async (w) => (await import('../commands/token-backends.ts')).tokenBackends(w)));
  examples(backends, [
    'mcp-cli token backends',
    'mcp-cli token backends --json    for a script: inUse, auto, and backends',
  ]);
  const migrate = token
    .command('migrate')
    .description('move what is stored to another store; each entry is compared before the old one goes')
    .argument('[server...]')
    .addOption(new Option('--to <store>', 'where to').choices(STORES).makeOptionMandatory())
    .option('--dry-run', 'only say what would be moved')
    .action((servers: string[], options: { to: string; dryRun?: boolean }) =>
      perform(async (w) => (await import('../commands/token-migrate.ts')).tokenMigrate(w, servers, options)),
    );
  examples(migrate, [
    'mcp-cli token migrate --to vault --dry-run     what would be moved',
    'mcp-cli token migrate --to secretservice       everything',
    'mcp-cli token migrate --to vault notion --yes  one server, in a script',
  ]);
}
