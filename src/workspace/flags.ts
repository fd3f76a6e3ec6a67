import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../ui/log-level.ts';
import { duration } from './duration.ts';
import { addModelFlags, type ModelFlags, readModelFlags } from './model-flags.ts';

/** The root flags, parsed. */
export type Flags = {
  configFile: string | undefined;
  /** From `--server a,b`: names, or URLs. */
  servers: string[];
  account: string | undefined;
  format: 'text' | 'json' | 'ndjson';
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
  /** From which level on a server's own messages are asked for and shown. */
  logLevel: LogLevel | undefined;
  /** Gets what stderr would say with `verbose`. */
  logFile: string | undefined;
  browser: boolean;
  /** Sign in with a code that is entered elsewhere. */
  device: boolean;
  nonInteractive: boolean;
  tokenBackend: string | undefined;
  /** Of one request, milliseconds. */
  timeout: number | undefined;
  /** How long the person has at the authorization server, milliseconds. */
  loginTimeout: number | undefined;
  protocol: 'auto' | 'legacy' | 'modern' | undefined;
  caFile: string | undefined;
  /** Who answers what a server asks. */
  elicitation: 'ask' | 'accept' | 'decline' | 'cancel' | undefined;
  /** JSON, `@file` or `-`. */
  elicitationAnswers: string | undefined;
  /** Long results at a terminal go through a pager. */
  pager: boolean;
  /** Where images and the like of results are kept; else in a folder for temporary files. */
  outputDir: string | undefined;
  /** Folders that servers may be told of. */
  roots: string[];
} & ModelFlags;

function names(text: string, before: string[] | undefined): string[] {
  const found = text.split(',').flatMap((each) => each.trim() || []);
  if (found.length === 0) throw new InvalidArgumentError('It is a server name, or several with commas.');
  return [...new Set([...(before ?? []), ...found])];
}

/** The flags of the whole program. commander finds them before and after the command. */
export function addRootFlags(program: Command): void {
  program
    .option(
      '--config-file <path>',
      'configuration to use (default: MCP_CLI_CONFIG, ./server_config.json, ~/.mcp_cli/server_config.json)',
    )
    .addOption(new Option('--server <names>', 'servers to use: names or URLs, with commas').argParser(names))
    .option('--account <name>', 'which of several accounts on the server')
    .addOption(
      new Option('--format <format>', 'how results are printed')
        .choices(['text', 'json', 'ndjson'])
        .default('text'),
    )
    .option('--json', 'the same as --format json; what is in it: mcp-cli schema COMMAND')
    .option('-y, --yes', 'answer yes to every question')
    .option('-q, --quiet', 'only the result, and on stderr what has to be acted on; lists are names alone')
    .option('--verbose', 'on stderr everything, still without secrets')
    .addOption(
      new Option('--log-level <level>', "on stderr the servers' own messages from this level on").choices(
        LOG_LEVELS,
      ),
    )
    .option('--log-file <path>', 'add what --verbose would say to this file, without secrets')
    .option('--no-browser', 'show the URL, start no browser')
    .option('--device', 'sign in with a code that you enter in a browser of any machine')
    .option('--non-interactive', 'start no sign-in and ask nothing: exit 4 instead')
    .addOption(
      new Option('--token-backend <store>', 'where tokens are kept').choices([
        'auto',
        'keychain',
        'windows',
        'secretservice',
        'vault',
        'encrypted',
      ]),
    )
    .addOption(new Option('--timeout <time>', 'limit of one request: 30, 500ms, 2m').argParser(duration))
    .addOption(
      new Option('--login-timeout <time>', 'how long a sign-in waits for you (default: 5m)').argParser(
        duration,
      ),
    )
    .addOption(new Option('--protocol <era>', 'MCP revisions to speak').choices(['auto', 'legacy', 'modern']))
    .option('--ca-file <path>', 'PEM file with certificate authorities to trust as well')
    .addOption(
      new Option(
        '--elicitation <answer>',
        'what a server that asks something gets (default: ask at a terminal; accept with answers)',
      ).choices(['ask', 'accept', 'decline', 'cancel']),
    )
    .option(
      '--elicitation-answers <json>',
      'answers to what a server asks, by field; also @file, or - for a pipe',
    )
    .option('--no-pager', 'show long results at a terminal at once')
    .option(
      '--output-dir <path>',
      'where images and the like of results are saved (default: a private temporary folder)',
    )
    .addOption(
      new Option('--root <path>', 'a folder that servers may be told of; again for another one').argParser(
        (path: string, before: string[] | undefined) => [...(before ?? []), path],
      ),
    );
  addModelFlags(program);
}

type Parsed = Omit<Flags, 'servers' | 'roots' | 'yes' | 'quiet' | 'verbose' | 'nonInteractive' | 'device'> & {
  server?: string[];
  root?: string[];
  json?: boolean;
  yes?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  nonInteractive?: boolean;
  device?: boolean;
};

/** commander's values of the root flags as Flags. */
export function readFlags(options: Record<string, unknown>): Flags {
  const given = options as Parsed;
  return {
    configFile: given.configFile,
    servers: given.server ?? [],
    account: given.account,
    format: given.json ? 'json' : (given.format ?? 'text'),
    yes: given.yes ?? false,
    quiet: given.quiet ?? false,
    verbose: given.verbose ?? false,
    logLevel: given.logLevel,
    logFile: given.logFile,
    browser: given.browser ?? true,
    device: given.device ?? false,
    nonInteractive: given.nonInteractive ?? false,
    tokenBackend: given.tokenBackend,
    timeout: given.timeout,
    loginTimeout: given.loginTimeout,
    protocol: given.protocol,
    caFile: given.caFile,
    elicitation: given.elicitation,
    elicitationAnswers: given.elicitationAnswers,
    ...readModelFlags(options),
    pager: given.pager ?? true,
    outputDir: given.outputDir,
    roots: given.root ?? [],
  };
}

/** Whether errors are to be JSON, for a command line that could not be parsed. */
export function wantsJson(argv: string[]): boolean {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.some((word, index) => {
    const format =
      word === '--format' ? own[index + 1] : word.startsWith('--format=') ? word.slice(9) : undefined;
    return word === '--json' || format === 'json' || format === 'ndjson';
  });
}
