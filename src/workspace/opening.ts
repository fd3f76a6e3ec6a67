import type { Opening } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import { sanitize } from '../ui/sanitize.ts';
import type { Flags } from './flags.ts';

/** What reading, or changing, the configuration needs. */
export function openingOf(deps: Deps, flags: Flags): Opening {
  return {
    flag: flags.configFile,
    env: deps.env,
    cwd: deps.cwd,
    home: deps.home,
    platform: deps.platform,
    prompt: deps.prompt,
    // The path in it is whatever somebody called a folder.
    warn: (text) => deps.err(`warning: ${sanitize(text)}\n`),
    show: (text) => deps.err(`${text}\n`),
  };
}
