import type { HttpEntry, ServerEntry } from '../config/entry.ts';
import { ConfigError, UsageError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { Workspace } from './workspace.ts';

/** The servers a command is about: its arguments, else `--server`, else the only one that is configured. */
export async function targets(workspace: Workspace, named: string[]): Promise<string[]> {
  const given = asked(workspace, named);
  if (given.length > 0) return given;
  const known = await workspace.names();
  if (known.length === 1 && known[0] !== undefined) return [known[0]];
  if (known.length === 0) {
    throw new UsageError('no_server', 'no server is configured', {
      hint: 'name one by its URL: --server https://…\nor write mcpServers.<name> into server_config.json',
    });
  }
  throw new UsageError('no_server', 'it is not said which server', {
    hint: `add --server NAME; configured servers: ${known.join(', ')}`,
  });
}

/** The servers that were named, without guessing. */
export function asked(workspace: Workspace, named: string[]): string[] {
  const given = named.flatMap((each) => each.split(',')).filter((each) => each !== '');
  return [...new Set(given.length > 0 ? given : workspace.flags.servers)];
}

/** For what works on one server only. */
export async function onlyTarget(workspace: Workspace, named: string[]): Promise<string> {
  const [name, ...more] = await targets(workspace, named);
  if (name === undefined || more.length > 0) {
    throw new UsageError('one_server', 'this works on one server at a time', {
      hint: `choose one with --server: ${[name, ...more].join(', ')}`,
    });
  }
  return name;
}

/** A server's entry; throws ConfigError `disabled` for one that is switched off. */
export async function enabledEntry(workspace: Workspace, name: string): Promise<ServerEntry> {
  const entry = await workspace.entry(name);
  if (!entry.disabled) return entry;
  throw new ConfigError('disabled', `${name} is disabled`, {
    hint: `set "disabled": false in ${entry.origin}`,
    server: name,
  });
}

/** Opens a session, does the work, closes it whatever happened. `unasked` as in `Workspace.connect`. */
export async function withSession<T>(
  workspace: Workspace,
  name: string,
  work: (session: Session) => Promise<T>,
  unasked = false,
): Promise<T> {
  const session = await workspace.connect(await enabledEntry(workspace, name), unasked, !unasked);
  try {
    return await work(session);
  } finally {
    // The result is there, or a better error: a close that fails adds nothing.
    await session.close().catch(() => undefined);
  }
}

/** The entry of a server that can be signed in to; throws UsageError `no_sign_in` for one that cannot. */
export async function signInEntry(workspace: Workspace, name: string): Promise<HttpEntry> {
  const entry = await workspace.entry(name);
  if (entry.kind === 'http') return entry;
  throw new UsageError('no_sign_in', `${name} is a stdio server: it has no sign-in`, {
    hint: `credentials of a stdio server belong into ${entry.path}.env`,
    server: name,
  });
}

/** Throws UsageError `token_provided`: what was asked for would have no effect. */
export async function refuseProvided(workspace: Workspace, entry: HttpEntry, what: string): Promise<void> {
  const given = await workspace.provided(entry);
  if (given === undefined) return;
  throw new UsageError(
    'token_provided',
    `${entry.name} uses the token in ${given.source}: there is nothing to ${what}`,
    {
      hint: `${given.value === undefined ? 'remove' : 'unset'} ${given.source} to sign in instead`,
      server: entry.name,
    },
  );
}
