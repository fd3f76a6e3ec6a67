// What the configuration says of a server, before anything of it is tried. Pure.
import { hasConfiguredEndpoints, machineGrant } from '../auth/binding.ts';
import type { HttpEntry, ServerEntry } from '../config/entry.ts';
import { ConfigError } from '../errors.ts';
import { type Finding, failed, passed } from './finding.ts';

/** `source`: where somebody provides a token. */
export function judgeEntry(entry: ServerEntry, source?: string): Finding {
  if (entry.disabled) {
    const hint = `set "disabled": false in ${entry.origin}`;
    return failed(new ConfigError('disabled', `${entry.name} is disabled`, { hint }));
  }
  if (entry.kind === 'stdio') return passed(`${entry.origin}, a program of this machine`);
  return passed(`${entry.origin}, ${entry.url}, ${wayIn(entry, source)}`);
}

function wayIn(entry: HttpEntry, source: string | undefined): string {
  if (source !== undefined) return `a token from ${source}`;
  if (entry.oauth?.enabled === false) return 'no sign-in';
  const grant = machineGrant(entry);
  if (grant !== undefined) return grant;
  return hasConfiguredEndpoints(entry.oauth) ? 'a sign-in at configured endpoints' : 'a sign-in by discovery';
}
