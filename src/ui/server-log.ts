import type { LogMessage } from '../session/session.ts';
import { json } from './json.ts';
import { LOG_LEVELS, type LogLevel } from './log-level.ts';
import { sanitize } from './sanitize.ts';
import { cut } from './width.ts';

type LogFlags = {
  logLevel: LogLevel | undefined;
  quiet: boolean;
  verbose: boolean;
  logFile?: string | undefined;
  format: 'text' | 'json' | 'ndjson';
};

/** From which level on a server is asked for its messages; undefined: it is not asked. */
export function askedLevel({ logLevel, verbose, logFile }: LogFlags): LogLevel | undefined {
  return shownLevel({ logLevel, verbose: verbose || logFile !== undefined });
}

function shownLevel({ logLevel, verbose }: Pick<LogFlags, 'logLevel' | 'verbose'>): LogLevel | undefined {
  return logLevel ?? (verbose ? 'debug' : undefined);
}

/** Cells: a message of a server is a remark and not a result. */
const LONGEST = 2000;

/** A server's message as a line of stderr; undefined for one that nobody wants to see. */
export function logLine(server: string, message: LogMessage, flags: LogFlags): string | undefined {
  // Unasked, a person is told of trouble, and a script of nothing.
  const silent = flags.quiet || flags.format !== 'text';
  const least = shownLevel(flags) ?? (silent ? undefined : 'warning');
  if (least === undefined || LOG_LEVELS.indexOf(message.level) < LOG_LEVELS.indexOf(least)) return undefined;
  const { data, logger } = message;
  const text = sanitize(typeof data === 'string' ? data : json(data).trimEnd());
  const from = logger === undefined ? '' : ` (${sanitize(logger)})`;
  return cut(`[${sanitize(server)}${from}] ${message.level}: ${text}`, LONGEST);
}
