// What the store holds for servers, found without reading it.

import { ConfigError, UsageError } from '../errors.ts';
import { recordKey, splitKey } from '../store/record-key.ts';
import type { Secrets } from '../store/store.ts';
import { brokenConfig } from './secrets.ts';
import type { Workspace } from './workspace.ts';

/** The configured store; with a configuration that cannot be used, the usual one, and why. */
export async function storeOf(workspace: Workspace): Promise<{ store: Secrets; broken?: ConfigError }> {
  try {
    return { store: await workspace.store() };
  } catch (error) {
    return { broken: brokenConfig(error), store: await workspace.usualStore() };
  }
}

/** What is stored for one server, which a URL may name too: the account that was named, or all of them. */
export async function keysOf(
  workspace: Workspace,
  name: string,
  stored: string[] | undefined,
): Promise<string[]> {
  const { account } = workspace.flags;
  const of = (server: string) => {
    if (stored === undefined) return [recordKey(server, account)];
    return stored.filter((key) => {
      const owner = splitKey(key);
      return owner.server === server && (account === undefined || owner.account === account);
    });
  };
  const found = of(name);
  if (stored !== undefined && found.length > 0) return found;
  try {
    // A name that is neither stored nor configured is a slip of the finger.
    return of((await workspace.entry(name)).name);
  } catch (error) {
    const gone = error instanceof ConfigError || (stored === undefined && error instanceof UsageError);
    if (!gone) throw error;
    return found;
  }
}

/** What the servers that were named are called: so, in the configuration, and in the store. */
export async function called(
  workspace: Workspace,
  named: string[],
  keys: Iterable<string>,
): Promise<Set<string>> {
  const configured = named.map((name) => workspace.entry(name).catch(() => undefined));
  const entries = (await Promise.all(configured)).flatMap((entry) => entry?.name ?? []);
  return new Set([...named, ...entries, ...Array.from(keys, (key) => splitKey(key).server)]);
}
