import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';
import type { Workspace } from './workspace/workspace.ts';

/** Runs a command's work in a workspace. Each action is one lazy import, so that `--help` loads none of them. */
export type Perform = (work: (workspace: Workspace) => Promise<void>) => Promise<void>;

/** A command that only has commands; without one of them it says which there are. */
export function group(program: Command, name: string, about: string): Command {
  const made = program.command(name).description(about).usage('<command>').helpCommand(false);
  return made.argument('[word...]').action((words: string[]) => {
    if (words[0] !== undefined) throw unknownCommand(made, words[0]);
    throw new UsageError('missing_command', `${name} needs a command: ${commandNames(made).join(', ')}`, {
      hint: `mcp-cli ${name} --help says more`,
    });
  });
}

function commandNames(command: Command): string[] {
  return command.commands.map((each) => each.name());
}

export function unknownCommand(command: Command, word: string): UsageError {
  const path = command.parent ? `${command.name()} ` : '';
  const guess = nearest(word, commandNames(command));
  return new UsageError('unknown_command', `there is no command "${path}${word}"`, {
    hint: guess === undefined ? `see: mcp-cli ${path}--help` : `did you mean: mcp-cli ${path}${guess}?`,
  });
}

export function examples(command: Command, lines: string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function list(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(/[\s,]+/).filter(Boolean)];
}

export function growAuth(auth: Command, perform: Perform): void {
  growSignIn(auth, perform);
  growStored(auth, perform);
  growTokens(auth, perform);
  growForgetting(auth, perform);
}

function growSignIn(auth: Command, perform: Perform): void {
  const login = auth
    .command('login')
    .description('sign in, one server after the other')
    .argument('[server...]')
    .option('--force', 'sign in anew even if signed in')
    .option('--scope <scopes>', 'permissions to ask for besides the usual ones', list)
    .action((servers: string[], options: { force?: boolean; scope?: string[] }) =>
      perform(async (w) => (await import('./commands/auth-login.ts')).authLogin(w, servers, options)),
    );
  examples(login, [
    'mcp-cli auth login notion',
    'mcp-cli auth login notion --no-browser         show the URL only',
    'mcp-cli auth login notion --scope read,write   ask for these permissions too',
  ]);
}

function growStored(auth: Command, perform: Perform): void {
  const status = auth
    .command('status')
    .description('how the configured servers stand; exit 4 if one that is named needs a sign-in')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/auth-status.ts')).authStatus(w, servers)),
    );
  examples(status, [
    'mcp-cli auth status                  every configured server',
    'mcp-cli auth status notion --json    one, for a script; exit 4 if it needs a sign-in',
  ]);
  const stored = auth
    .command('list')
    .description('everything that is stored, also for servers no longer configured')
    .action(() => perform(async (w) => (await import('./commands/auth-status.ts')).authList(w)));
  examples(stored, ['mcp-cli auth list', 'mcp-cli auth list --format ndjson   one sign-in a line']);
}

function growTokens(auth: Command, perform: Perform): void {
  const refresh = auth
    .command('refresh')
    .description('renew the token now')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/auth-login.ts')).authRefresh(w, servers)),
    );
  examples(refresh, ['mcp-cli auth refresh notion']);
  const token = auth
    .command('token')
    .description('print the access token, renewed if need be, for another program')
    .argument('[server]')
    .option('--show', 'also on a terminal')
    .action((server: string | undefined, options: { show?: boolean }) =>
      perform(async (w) =>
        (await import('./commands/auth-token.ts')).authToken(
          w,
          server === undefined ? [] : [server],
          options,
        ),
      ),
    );
  examples(token, [
    'curl -H "Authorization: Bearer $(mcp-cli auth token notion)" https://mcp.notion.com/mcp',
  ]);
}

function growForgetting(auth: Command, perform: Perform): void {
  const logout = auth
    .command('logout')
    .description('revoke and forget the tokens, keep the client registration')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/auth-forget.ts')).authLogout(w, servers)),
    );
  examples(logout, ['mcp-cli auth logout notion', 'mcp-cli auth logout notion --account work']);
  const reset = auth
    .command('reset')
    .description('forget everything about the servers, or about all; works offline and with a lost password')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/auth-forget.ts')).authReset(w, servers)),
    );
  examples(reset, ['mcp-cli auth reset notion', 'mcp-cli auth reset --yes   all, without asking']);
}

export function growTools(tools: Command, perform: Perform): void {
  const shelf = tools
    .command('list')
    .description('what tools there are; several servers are asked side by side')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/tools.ts')).toolsList(w, servers)),
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
      perform(async (w) => (await import('./commands/tools.ts')).toolsDescribe(w, name)),
    );
  examples(describe, ['mcp-cli --server notion tools describe search']);
  const call = tools
    .command('call')
    .description('call a tool; exit 8 if it answers with an error')
    .argument('<name>')
    .argument('[argument...]', 'key=value, key:=json, key=@file')
    .option('--args <json>', 'all arguments as one JSON object; - reads it from standard input')
    .action((name: string, given: string[], options: { args?: string }) =>
      perform(async (w) => (await import('./commands/tools-call.ts')).toolsCall(w, name, given, options)),
    );
  examples(call, [
    'mcp-cli --server notion tools call search query=roadmap limit=5',
    `mcp-cli --server notion tools call search --args '{"query":"roadmap"}' --json`,
    'mcp-cli --server notion tools call create title=Notes text=@notes.md tags:=\'["a"]\'',
  ]);
}

export function growServers(servers: Command, perform: Perform): void {
  const all = servers
    .command('list')
    .description('every configured server')
    .action(() => perform(async (w) => (await import('./commands/servers.ts')).serversList(w)));
  examples(all, ['mcp-cli servers list', 'mcp-cli --config-file ./server_config.json servers list --json']);
  const one = servers
    .command('get')
    .description('one entry as it is understood, with secrets masked')
    .argument('[server]')
    .action((server: string | undefined) =>
      perform(async (w) =>
        (await import('./commands/servers.ts')).serversGet(w, server === undefined ? [] : [server]),
      ),
    );
  examples(one, ['mcp-cli servers get notion']);
}
