import { join } from 'node:path';
import type { HttpEntry } from '../config/entry.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { note, print } from '../ui/print.ts';
import { MASK, mask, redactUrl } from '../ui/redact.ts';
import { CLIENTS } from '../workspace/snippets.ts';
import { onlyTarget, signInEntry } from '../workspace/target.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `auth snippet`: what another program's configuration needs to use the sign-in that is kept here. Holds no secret. */
export async function authSnippet(workspace: Workspace, client: string, named: string[]): Promise<void> {
  const make = Object.hasOwn(CLIENTS, client) ? CLIENTS[client] : undefined;
  if (!make) {
    const known = Object.keys(CLIENTS);
    const guess = nearest(client, known);
    throw new UsageError('unknown_client', `there is no snippet for ${client}`, {
      hint: guess === undefined ? `there are: ${known.join(', ')}` : `did you mean: ${guess}?`,
    });
  }
  const entry = await signInEntry(workspace, await onlyTarget(workspace, named));
  // A query can be a key, and what this prints ends in files that others read.
  const url = redactUrl(entry.url);
  const server = entry.origin === '--server' ? url : entry.name;
  const { place, text } = make({ server, url, flags: ownFlags(workspace, entry) });
  const snippet = mask(text, entry.secrets ?? []);
  note(workspace, `for ${place}`);
  if (url !== entry.url && snippet.includes(MASK))
    workspace.deps.err(`warning: the query of the URL is not shown: put it in the place of ${MASK}\n`);
  print(workspace, {
    json: { client, server: entry.name, place, snippet },
    text: () => `${snippet}\n`,
  });
}

/** The other program starts us in a folder of its own choice. */
function ownFlags({ deps, flags }: Workspace, { origin, path }: HttpEntry): string[] {
  const usual = [
    join(deps.home, '.mcp_cli', 'server_config.json'),
    join(deps.home, '.mcp', 'servers.json'),
    '--server',
  ];
  const file = origin.endsWith(`: ${path}`) ? origin.slice(0, -path.length - 2) : origin;
  return [
    ...(usual.includes(file) ? [] : ['--config-file', file]),
    ...(flags.account === undefined ? [] : ['--account', flags.account]),
  ];
}
