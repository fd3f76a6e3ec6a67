// What a move could not take away from where an entry was. Nothing reads it while the new one is there, but it is a
// sign-in still: of somebody who signs out, or an old one whose use would end the renewed one.
import { isDeepStrictEqual } from 'node:util';
import { CliError } from '../errors.ts';
import type { Machine } from './machine.ts';
import type { SecretStore } from './store.ts';

/**
 * Asked before `store` gets another value for `key`; what it resolves to is called after that. It never throws: what was
 * written stands, and a store that is out of reach keeps what it has. Something else than what was moved stays as well.
 */
export async function leftBehind(
  { registry, open }: Pick<Machine, 'registry' | 'open'>,
  key: string,
  store: SecretStore,
): Promise<() => Promise<void>> {
  const { backend, from } = (await registry.read()).get(key) ?? {};
  if (from === undefined || backend !== store.name) return async () => undefined;
  const moved = await store.get(key).catch(unlessOurs);
  return async () => {
    try {
      const other = await open(from);
      const left = moved === undefined ? undefined : await other.get(key);
      if (moved !== undefined && left !== undefined && isSame(moved, left)) await other.delete(key);
    } catch (error) {
      unlessOurs(error);
    }
  };
}

/** A store may keep the members of a record in an order of its own. Pure. */
export function isSame(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(parsed(one), parsed(other));
}

function unlessOurs(error: unknown): undefined {
  if (!(error instanceof CliError)) throw error;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
