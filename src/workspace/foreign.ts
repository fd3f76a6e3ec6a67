// What `auth import` works on: the servers that are meant, and the other program's files.
import type { Source } from '../adopt/found.ts';
import { openSource, type Peer } from '../adopt/peers.ts';
import type { HttpEntry } from '../config/entry.ts';
import { ConfigError, StoreError } from '../errors.ts';
import type { SecretStore } from '../store/store.ts';
import { note } from '../ui/print.ts';
import { errorJson } from '../ui/report.ts';
import { signInEntry } from './target.ts';
import type { Workspace } from './workspace.ts';

export type Candidate = {
  name: string;
  url: string;
  headers: Record<string, string>;
  resource: string | undefined;
  entry: HttpEntry;
};

/** The servers that were named, or all that can be signed in to; one whose entry is broken is passed over, and said. */
export async function candidatesOf(workspace: Workspace, names: string[]): Promise<Candidate[]> {
  const entries: HttpEntry[] = [];
  if (names.length > 0) for (const name of names) entries.push(await signInEntry(workspace, name));
  else {
    for (const name of await configured(workspace)) {
      try {
        const entry = await workspace.entry(name);
        if (entry.kind === 'http' && !entry.disabled) entries.push(entry);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        note(workspace, `${name} is passed over: ${errorJson(error).message}`);
      }
    }
  }
  return entries.map((entry) => {
    const { resource } = entry.oauth ?? {};
    const own = resource === 'auto' || resource === 'omit' ? undefined : resource;
    return { name: entry.name, url: entry.url, headers: entry.headers, resource: own, entry };
  });
}

/** Without a configuration there are still sign-ins to list. */
async function configured(workspace: Workspace): Promise<string[]> {
  return workspace.names().catch((error: unknown) => {
    if (isUnconfigured(workspace, error)) return [];
    throw error;
  });
}

/** The place of the program's sign-ins; `path` instead of its usual one. */
export async function openForeign(
  workspace: Workspace,
  peer: Peer,
  path: string | undefined,
): Promise<Source> {
  const { deps } = workspace;
  const store = peer === 'python' && path === undefined ? await usualPlace(workspace) : undefined;
  return openSource(peer, {
    env: deps.env,
    home: deps.home,
    cwd: deps.cwd,
    platform: deps.platform,
    random: deps.random,
    now: deps.now,
    signal: deps.signal,
    path,
    vault: store?.foreign ? store : undefined,
    password: () => pythonPassword(workspace),
  });
}

/** The store that a new sign-in would go to. */
export async function usualPlace(workspace: Workspace): Promise<SecretStore> {
  const machine = await workspace.stores().catch((error: unknown) => {
    if (isUnconfigured(workspace, error)) return workspace.usualStores();
    throw error;
  });
  return machine.open(machine.asked === 'auto' ? (await machine.usual()).name : machine.asked);
}

function isUnconfigured({ flags }: Workspace, error: unknown): boolean {
  return error instanceof ConfigError && error.code === 'not_found' && flags.configFile === undefined;
}

/** The tool's own variable, which is ours too; where the two stores have two passwords, the other one says the tool's. */
async function pythonPassword({ deps, flags }: Workspace): Promise<string> {
  const { MCP_CLI_IMPORT_PASSWORD: theirs, MCP_CLI_ENCRYPTION_KEY: both = '' } = deps.env;
  if (theirs) return theirs;
  // A key is nothing that the Python tool could have been given.
  if (both !== '' && !both.startsWith('mcpk1_')) return both;
  if (deps.prompt.available && !flags.nonInteractive)
    return deps.prompt.secret('Password of the Python mcp-cli');
  throw new StoreError(
    'no_password',
    'the files of the Python mcp-cli need its password, and nobody can be asked',
    { hint: 'set MCP_CLI_IMPORT_PASSWORD to the one that the Python tool was given' },
  );
}
