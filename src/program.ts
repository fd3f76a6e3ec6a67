import { Command, CommanderError } from 'commander';
import type { Deps } from './deps.ts';
import { ToldError, UsageError } from './errors.ts';
import { examples, type Perform, unknownCommand } from './tree/branch.ts';
import { plant, term } from './tree/trunk.ts';
import type { LogFile } from './ui/log-file.ts';
import { asksVersion, HELP_WIDTH, version } from './version.ts';
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
  if (asksVersion(argv)) {
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
  try {
    await grow(program, argv, deps, perform);
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof ToldError) return error.exit;
    const { format, verbose } = readFlags(program.opts());
    const [{ report }, { environmentSecrets }, { usageError }] = await Promise.all([
      import('./ui/report.ts'),
      import('./ui/redact.ts'),
      import('./tree/usage.ts'),
    ]);
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
  await grow(program, words, workspace.deps, async (work) => {
    await work({ ...workspace, flags: lineFlags(workspace.flags, program) });
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw (await import('./tree/usage.ts')).usageError(error, program, words);
  }
}

/** `argv` is what will be parsed. */
async function grow(program: Command, argv: readonly string[], deps: Deps, perform: Perform): Promise<void> {
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
      getOutHelpWidth: () =>
        deps.stdout.isTTY ? Math.min(deps.stdout.columns || 80, HELP_WIDTH) : HELP_WIDTH,
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
  const trunk = plant(program, perform, deps.out);
  await trunk.grow(argv);
  const help = program
    .command('help')
    .description('show help of a command')
    .argument('[command...]')
    .action(async (words: string[]) => {
      const [first] = words;
      if (first !== undefined && !program.commands.some((each) => each.name() === first)) await trunk.grow();
      find(program, words).outputHelp();
    });
  examples(help, ['mcp-cli help auth login']);
  program.argument('[word...]').action(async (words: string[]) => {
    if (words.length > 0) {
      // What is meant may be a command of any noun.
      await trunk.grow();
      throw unknownCommand(program, words[0] ?? '');
    }
    if (readFlags(program.opts()).servers.length === 0) {
      throw new UsageError('no_command', 'there is no command and no server', {
        hint: 'start with: mcp-cli --server NAME\nor see: mcp-cli --help',
      });
    }
    await perform(async (w) => (await import('./commands/session.ts')).session(w, obey));
  });
}

function find(program: Command, words: string[]): Command {
  return words.reduce((command, word) => {
    const found = command.commands.find((each) => each.name() === word);
    if (!found) throw unknownCommand(command, word);
    return found;
  }, program);
}
