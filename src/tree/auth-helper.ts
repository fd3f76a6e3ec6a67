// What other programs use our sign-ins by.

import { type Command, Option } from 'commander';
import { lifetime } from '../workspace/duration.ts';
import { examples, type Perform } from './branch.ts';

type TokenOptions = { show?: boolean; minTtl?: number };

/** What `growHelper` grows. */
export const HELPERS = ['refresh', 'token', 'header', 'exec', 'snippet'];

export function growHelper(auth: Command, perform: Perform): void {
  growRefresh(auth, perform);
  growToken(auth, perform);
  growHeader(auth, perform);
  growExec(auth, perform);
  growSnippet(auth, perform);
}

function growRefresh(auth: Command, perform: Perform): void {
  const refresh = auth
    .command('refresh')
    .description('renew the token now')
    .argument('[server...]')
    .option('--all', 'every sign-in that renews itself')
    .action((servers: string[], options: { all?: boolean }) =>
      perform(async (w) => (await import('../commands/auth-login.ts')).authRefresh(w, servers, options)),
    );
  examples(refresh, [
    'mcp-cli auth refresh notion',
    'mcp-cli auth refresh --all --json   in a job that keeps sign-ins alive',
  ]);
}

function growToken(auth: Command, perform: Perform): void {
  const token = auth
    .command('token')
    .description('print the access token, renewed if need be, for another program')
    .argument('[server]')
    .option('--show', 'also on a terminal')
    .addOption(minTtl())
    .action((server: string | undefined, options: TokenOptions) =>
      perform(async (w) => (await import('../commands/auth-token.ts')).authToken(w, one(server), options)),
    );
  examples(token, [
    'curl -H "Authorization: Bearer $(mcp-cli auth token notion)" https://mcp.notion.com/mcp',
    'mcp-cli auth token notion --min-ttl 10m --json',
  ]);
}

function growHeader(auth: Command, perform: Perform): void {
  const header = auth
    .command('header')
    .description('print the Authorization header for another program')
    .argument('[server]')
    .option('--show', 'also on a terminal')
    .addOption(minTtl())
    .action((server: string | undefined, options: TokenOptions) =>
      perform(async (w) => (await import('../commands/auth-header.ts')).authHeader(w, one(server), options)),
    );
  examples(header, [
    'mcp-cli auth header notion | curl -H @- https://mcp.notion.com/mcp',
    'mcp-cli auth header notion --json   an object of headers, as a headersHelper prints it',
  ]);
}

function growExec(auth: Command, perform: Perform): void {
  const exec = auth
    .command('exec')
    .description('run a program with the access token in its environment, and in no other one')
    .argument('<server>')
    .argument('<command...>')
    .option('--env <name>', 'the variable that holds the token (default: MCP_ACCESS_TOKEN)')
    .addOption(minTtl())
    .action((server: string, command: string[], options: { env?: string; minTtl?: number }) =>
      perform(async (w) => (await import('../commands/auth-exec.ts')).authExec(w, server, command, options)),
    );
  examples(exec, [
    'mcp-cli auth exec notion -- ./sync.sh',
    'mcp-cli auth exec notion --env NOTION_TOKEN --min-ttl 10m -- python sync.py',
  ]);
}

function growSnippet(auth: Command, perform: Perform): void {
  const snippet = auth
    .command('snippet')
    .description('print what another program needs in its configuration to use a sign-in of ours')
    .argument('<client>')
    .argument('[server]')
    .action((client: string, server: string | undefined) =>
      perform(async (w) => (await import('../commands/auth-snippet.ts')).authSnippet(w, client, one(server))),
    );
  examples(snippet, [
    'mcp-cli auth snippet curl notion',
    'mcp-cli auth snippet claude-code notion',
    'mcp-cli auth snippet vscode notion > .vscode/mcp.json',
  ]);
}

function minTtl(): Option {
  return new Option(
    '--min-ttl <time>',
    'renew the token unless it is good for this long, such as 10m',
  ).argParser(lifetime);
}

function one(server: string | undefined): string[] {
  return server === undefined ? [] : [server];
}
