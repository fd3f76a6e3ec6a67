import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { type Flags, readFlags } from './flags.ts';

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
