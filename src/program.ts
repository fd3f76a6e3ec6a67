import { Command, CommanderError } from 'commander';
import type { Deps } from './deps.ts';
import { ToldError, UsageError } from './errors.ts';
import { growAuth } from './tree/auth.ts';
import { examples, group, type Perform, unknownCommand } from './tree/branch.ts';
import { growCmd } from './tree/cmd.ts';
import { growCompletion } from './tree/completion.ts';
import { growDemo } from './tree/demo.ts';
import { growDoctor } from './tree/doctor.ts';
import { growPrompts } from './tree/prompts.ts';
import { growProxy } from './tree/proxy.ts';
import { growResources } from './tree/resources.ts';
import { growSandbox } from './tree/sandbox.ts';
import { growSchema } from './tree/schema.ts';
import { growServers } from './tree/servers.ts';
import { growSkills } from './tree/skills.ts';
import { growToken } from './tree/token.ts';
import { growTools } from './tree/tools.ts';
import { usageError } from './tree/usage.ts';
import type { LogFile } from './ui/log-file.ts';
import { environmentSecrets } from './ui/redact.ts';
import { report } from './ui/report.ts';
import { version } from './version.ts';
import { addRootFlags, type Flags, readFlags, wantsJson } from './workspace/flags.ts';
import { lineFlags } from './workspace/line-flags.ts';
import type { Workspace } from './workspace/workspace.ts';

type OpenWorkspace = (deps: Deps, flags: Flags) => Workspace;

/**
 * The whole program: takes the words behind its name, resolves to the exit code, never throws and never exits.
 * Results go to `deps.out`, everything else to `deps.err`. `open` is replaced by tests.
 */
export async function run(argv: string[], deps: Deps, open?: OpenWorkspace): Promise<number> {
  // Asked for by scripts and shells at their start: answered before the tree is built.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    deps.out(`${version()}\n`);
    return 0;
  }
  const program = new Command('mcp-cli');
  let exit = 0;
  let log: LogFile | undefined;
  const perform: Perform = async (work) => {
    const openWorkspace = open ?? (await import('./workspace/workspace.ts')).openWorkspace;
    const flags = readFlags(program.opts());
    if (flags.logFile !== undefined) {
      log = (await import('./ui/log-file.ts')).openLogFile(deps, flags.logFile);
      log.deps.err('', `mcp-cli ${version()}\n`);
    }
    const workspace = openWorkspace(log?.deps ?? deps, flags);
    try {
      const ended = await work(workspace);
      if (typeof ended === 'number') exit = ended;
    } finally {
      // Sessions, countdown and locks go before anything is told of a failure, and none of them can hide it.
      await workspace.close().catch(() => undefined);
    }
  };
  grow(program, deps, perform);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof ToldError) return error.exit;
    const { format, verbose } = readFlags(program.opts());
    return report(error instanceof CommanderError ? usageError(error, program, argv) : error, {
      err: log?.deps.err ?? deps.err,
      json: format !== 'text' || (error instanceof CommanderError && wantsJson(argv)),
      verbose,
      aborted: deps.signal.aborted,
      secrets: environmentSecrets(deps.env),
    });
  } finally {
    log?.close();
  }
}

/** Runs the words of one command line on a workspace that is open; `flags` of the session hold unless the words say otherwise. */
async function obey(words: string[], workspace: Workspace): Promise<void> {
  const program = new Command('mcp-cli');
  grow(program, workspace.deps, async (work) => {
    await work({ ...workspace, flags: lineFlags(workspace.flags, program) });
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, words);
  }
}

function grow(program: Command, deps: Deps, perform: Perform): void {
  program
    .description('The terminal client for OAuth-protected MCP servers')
    .usage('[flags] [command]')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ subcommandTerm: term })
    .exitOverride()
    .configureOutput({
      writeOut: deps.out,
      // Errors are told by report, in the format asked for.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => (deps.stdout.isTTY ? deps.stdout.columns || 80 : 100),
      getOutHasColors: () => false,
    });
  addRootFlags(program);
  program.addHelpText('afterAll', ({ command }) =>
    command.parent ? '\nThe flags of the whole program go here as well: mcp-cli --help' : '',
  );
  examples(program, [
    'mcp-cli --server notion                     sign in, connect, and type commands',
    'mcp-cli --server notion tools list --json   the same for a script',
    'mcp-cli auth status                         who is signed in',
  ]);
  growAuth(group(program, 'auth', 'sign in and out, and what is stored'), perform);
  growTools(group(program, 'tools', 'list, describe and call tools'), perform);
  growResources(group(program, 'resources', 'list, read and watch resources'), perform);
  growPrompts(group(program, 'prompts', 'list prompts and get their messages'), perform);
  growSkills(group(program, 'skills', 'list and read skills'), perform);
  growServers(group(program, 'servers', 'what is configured'), perform);
  growToken(
    group(program, 'token', 'tokens and API keys of your own, and the stores that keep them'),
    perform,
  );
  const ping = program
    .command('ping')
    .description('connect and measure one round trip')
    .argument('[server...]')
    .action((servers: string[]) =>
      perform(async (w) => (await import('./commands/ping.ts')).ping(w, servers)),
    );
  examples(ping, ['mcp-cli ping notion', 'mcp-cli ping notion linear --json']);
  growCmd(program, perform);
  growProxy(program, perform);
  growDoctor(program, perform);
  growSandbox(program, perform);
  growDemo(program, perform);
  growSchema(program, perform);
  growCompletion(program, perform, deps.out);
  const help = program
    .command('help')
    .description('show help of a command')
    .argument('[command...]')
    .action((words: string[]) => find(program, words).outputHelp());
  examples(help, ['mcp-cli help auth login']);
  program.argument('[word...]').action(async (words: string[]) => {
    if (words.length > 0) throw unknownCommand(program, words[0] ?? '');
    if (readFlags(program.opts()).servers.length === 0) {
      throw new UsageError('no_command', 'there is no command and no server', {
        hint: 'start with: mcp-cli --server NAME\nor see: mcp-cli --help',
      });
    }
    await perform(async (w) => (await import('./commands/session.ts')).session(w, obey));
  });
}

/** `auth <command>`, `ping [server...]`: how a command is listed. */
function term(command: Command): string {
  if (command.commands.length > 0) return `${command.name()} <command>`;
  const words = command.registeredArguments.map((each) => {
    const text = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${text}>` : `[${text}]`;
  });
  return [command.name(), ...words].join(' ');
}

function find(program: Command, words: string[]): Command {
  return words.reduce((command, word) => {
    const found = command.commands.find((each) => each.name() === word);
    if (!found) throw unknownCommand(command, word);
    return found;
  }, program);
}
