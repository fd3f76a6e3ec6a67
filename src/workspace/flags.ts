import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { LOG_LEVELS, type LogLevel } from '../ui/log-level.ts';
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
} & ModelFlags;

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30`, `30s`, `500ms`, `2m`, `48h` or `7d`, in milliseconds; a bare number is seconds. Undefined: no length of time. */
function parseSpan(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  if (!match) return undefined;
  const span = Math.round(Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0));
  return span > 0 && Number.isSafeInteger(span) ? span : undefined;
}

/** A span that can be waited for: setTimeout takes no more than 24 days, and fires at once if it is given more. */
export function parseDuration(text: string): number | undefined {
  const span = parseSpan(text);
  return span !== undefined && span <= 2 ** 31 - 1 ? span : undefined;
}

/** For an option such as `--min-ttl 10m`. */
export function lifetime(text: string): number {
  const span = parseSpan(text);
  if (span === undefined)
    throw new InvalidArgumentError('It is a length of time such as 90s, 10m, 48h or 7d.');
  return span;
}

function duration(text: string): number {
  const span = parseDuration(text);
  if (span === undefined) throw new InvalidArgumentError('It is a length of time such as 30, 500ms or 2m.');
  return span;
}

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
    .option('--json', 'the same as --format json')
    .option('-y, --yes', 'answer yes to every question')
    .option('-q, --quiet', 'on stderr only what has to be acted on')
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
    );
  addModelFlags(program);
}

type Parsed = Omit<Flags, 'servers' | 'yes' | 'quiet' | 'verbose' | 'nonInteractive' | 'device'> & {
  server?: string[];
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
  };
}

/** What one line of a session may say for itself. All else was settled when the session began. */
const OF_A_LINE: Record<string, (flags: Flags, given: Flags) => void> = {
  server: (flags, { servers }) => Object.assign(flags, { servers }),
  format: (flags, { format }) => Object.assign(flags, { format }),
  json: (flags) => Object.assign(flags, { format: 'json' }),
  yes: (flags) => Object.assign(flags, { yes: true }),
  quiet: (flags) => Object.assign(flags, { quiet: true }),
  verbose: (flags) => Object.assign(flags, { verbose: true }),
};

/** The session's flags with those of one line. Throws UsageError `not_in_session`. */
export function lineFlags(session: Flags, line: Command): Flags {
  const flags = { ...session };
  const given = readFlags(line.opts());
  for (const name of Object.keys(line.opts())) {
    if (line.getOptionValueSource(name) !== 'cli') continue;
    const take = OF_A_LINE[name];
    if (!take) {
      const flag = line.options.find((each) => each.attributeName() === name)?.long ?? name;
      throw new UsageError('not_in_session', `${flag} is settled when a session begins`, {
        hint: `leave the session, and start it with ${flag}`,
      });
    }
    take(flags, given);
  }
  return flags;
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
