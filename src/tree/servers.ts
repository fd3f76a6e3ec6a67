import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AddOptions } from '../workspace/added.ts';
import type { ServersImport } from '../workspace/imports.ts';
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
  growAdd(servers, perform);
  const take = servers
    .command('import')
    .description('take over servers that another program has configured; without --from, show them')
    .argument('[server...]')
    .option(
      '--from <program>',
      'vscode, cursor, claude-desktop, claude-code, windsurf, codex, gemini, opencode, mcporter or mcphub',
    )
    .option('--dry-run', 'only say what would be imported')
    .option('--with-secrets', 'also what holds secrets as they stand')
    .option('--force', 'replace servers of the same names')
    .action((names: string[], options: ServersImport) =>
      perform(async (w) => (await import('../commands/servers-import.ts')).serversImport(w, names, options)),
    );
  examples(take, [
    'mcp-cli servers import                           what there is',
    'mcp-cli servers import --from cursor --dry-run',
    'mcp-cli servers import --from claude-code notion --json',
  ]);
  const ping = servers
    .command('ping')
    .description('connect to every configured server, and measure one round trip of each')
    .argument('[server...]')
    .action((names: string[]) =>
      perform(async (w) => (await import('../commands/ping.ts')).serversPing(w, names)),
    );
  examples(ping, ['mcp-cli servers ping', 'mcp-cli servers ping notion linear --json']);
  const remove = servers
    .command('remove')
    .description('take servers out of the configuration')
    .argument('[server...]')
    .action((names: string[]) =>
      perform(async (w) => (await import('../commands/servers-remove.ts')).serversRemove(w, names)),
    );
  examples(remove, ['mcp-cli servers remove notion', 'mcp-cli servers remove notion linear --yes --json']);
}

function growAdd(servers: Command, perform: Perform): void {
  const add = servers
    .command('add')
    .description('write a server into the configuration')
    .argument('<name>')
    .argument('[target...]', 'a URL, or -- and a command')
    .addOption(new Option('--header <name=value>', 'a header; again for each').argParser(pair))
    .addOption(new Option('--env <name=value>', 'a variable of a command; again for each').argParser(pair))
    .option('--cwd <folder>', 'where a command runs')
    .option('--transport <kind>', 'http, sse or stdio')
    .option('--bearer-token-env <name>', 'the variable that holds its token')
    .option('--client-id <id>', 'of a client that is registered already')
    .option('--client-secret <secret>', `its secret, as a reference: '\${NAME}'`)
    .addOption(new Option('--scope <scopes>', 'to ask for, with commas').argParser(list))
    .option('--redirect-uri <uri>', 'as the client was registered with it')
    .option('--allow-http', 'plain http, on a network that you trust')
    .option('--force', 'replace the entry that has the name')
    .action((name: string, words: string[], options: AddOptions, command: Command) => {
      const dashes = rawWords(command).includes('--');
      return perform(async (w) =>
        (await import('../commands/servers-add.ts')).serversAdd(w, name, { words, dashes }, options),
      );
    });
  examples(add, [
    'mcp-cli servers add notion https://mcp.notion.com/mcp',
    `mcp-cli servers add search https://search.example/mcp --header 'Authorization=Bearer \${SEARCH_KEY}'`,
    'mcp-cli servers add files --env LOG_LEVEL=warn -- npx -y @modelcontextprotocol/server-filesystem /srv',
  ]);
}

/** The words as they were typed: which stood behind `--` is nowhere else. */
function rawWords(command: Command): string[] {
  let root = command;
  while (root.parent) root = root.parent;
  return (root as Command & { rawArgs: string[] }).rawArgs;
}

function pair(text: string, before: [string, string][] = []): [string, string][] {
  const [, name, value] = /^([^=:\s]+)(?:=|:\s*)([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It is written as NAME=VALUE.');
  return [...before, [name, value]];
}

function list(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(/[\s,]+/).filter((each) => each !== '')];
}
