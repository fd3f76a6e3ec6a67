// Moving an entry from where it lives to another store. There is a moment when both have it and none when neither has:
// it is written, read back and compared before the old one goes. Killed anywhere, the next run finishes what was begun.
import { CancelledError, CliError, StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { isSame } from './leftover.ts';
import type { Machine } from './machine.ts';
import { entryFile } from './names.ts';
import { TITLES } from './open.ts';
import { splitKey } from './record-key.ts';
import type { SecretStore, StoreName } from './store.ts';

export type Moved = {
  /** `there`: it was there already. `absent`: nobody has it. */
  state: 'moved' | 'there' | 'absent';
  from?: StoreName;
  /** Stores that have another sign-in of the same name, which nothing reads while this one is there. */
  others?: StoreName[];
};

type Copy = { store: SecretStore; value: string };

/** Longer than any renewal may take. */
const LOCK_WAIT = 30_000;

/**
 * Moves `key` to the store `to` under its lock, so that a renewal meanwhile is moved too. `signal` ends the wait.
 * @throws StoreError `occupied` if another sign-in lies there, `not_moved` if it does not read back as it was written,
 * `not_deleted` if it is there and could not be taken away from where it was; and what the stores throw
 */
export async function moveEntry(
  machine: Machine,
  key: string,
  to: StoreName,
  signal: AbortSignal,
): Promise<Moved> {
  const options = { wait: LOCK_WAIT, signal };
  return machine.withLock(key, options, async () => {
    const names = await placesOf(machine, key, to);
    const work = () => moveLocked(machine, key, to, names);
    const { lease } = names.includes('vault') ? await machine.open('vault') : {};
    return lease ? lease(key, options, work) : work();
  });
}

/** Where the entry may be, and the destination, which may have one that the index does not know of. */
async function placesOf(machine: Machine, key: string, to: StoreName): Promise<StoreName[]> {
  const known = await machine.known(key);
  const usual = known.length > 0 ? undefined : await machine.unknown();
  return [...new Set([...known, ...(usual ? [usual] : []), to])];
}

async function moveLocked(machine: Machine, key: string, to: StoreName, names: StoreName[]): Promise<Moved> {
  const { copies, out } = await copiesOf(machine, key, to, names);
  const [home] = copies;
  if (!home) return { state: 'absent' };
  const place = (await machine.registry.read()).get(key);
  // What an attempt that failed has left there may be written over.
  const there = copies.find(({ store }) => store.name === to && (store === home.store || place?.from !== to));
  if (there && there !== home && !isSame(there.value, home.value)) throw occupied(key, home.store.name, to);
  // Noted first: from the write on, a reader takes the new one, and what a kill leaves in the old place is known as such.
  if (there !== home) await machine.registry.note(key, { ...placeIn(to, key), from: home.store.name });
  if (!there) await copy(machine, key, home, to);

  const { from } = (await machine.registry.read()).get(key) ?? {};
  const others = [...out];
  let moved: StoreName | undefined;
  for (const { store, value } of copies.filter((each) => each.store.name !== to)) {
    const over = store.name === from || isSame(value, home.value);
    if (!over) others.push(store.name);
    else {
      await remove(key, store, to);
      moved ??= store.name;
    }
  }
  return {
    ...(moved ? { state: 'moved', from: moved } : { state: 'there' }),
    ...(others.length > 0 && { others }),
  };
}

/** The one that counts first. `out`: what could not be read, and is not needed, since it is read nowhere else either. */
async function copiesOf(machine: Machine, key: string, to: StoreName, names: StoreName[]) {
  const copies: Copy[] = [];
  const out: StoreName[] = [];
  for (const name of names) {
    try {
      const store = await machine.open(name);
      const value = await store.get(key);
      if (value !== undefined) copies.push({ store, value });
    } catch (error) {
      if (copies.length === 0 || name === to || !(error instanceof StoreError)) throw error;
      out.push(name);
    }
  }
  return { copies, out };
}

/** Leaves the index at the old place if it does not succeed. */
async function copy(machine: Machine, key: string, home: Copy, to: StoreName): Promise<void> {
  const target = await machine.open(to);
  let written = false;
  try {
    await target.set(key, home.value);
    written = true;
    const back = await target.get(key);
    if (back === undefined || !isSame(back, home.value)) throw garbled(key, to);
  } catch (error) {
    await machine.registry.note(key, { ...placeIn(home.store.name, key), from: to });
    // A write that failed may have written, and be under way still: then there is nothing to delete yet.
    if (written) await target.delete(key).catch(() => {});
    throw error;
  }
}

async function remove(key: string, store: SecretStore, to: StoreName): Promise<void> {
  try {
    await store.delete(key);
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof CancelledError) throw error;
    throw new StoreError(
      'not_deleted',
      `${splitKey(key).server} is in ${TITLES[to]} now, and could not be deleted from ${TITLES[store.name]}: ${error.message}`,
      { hint: [error.hint, 'then run this once more'].filter(Boolean).join('\n'), cause: error },
    );
  }
}

function placeIn(backend: StoreName, key: string) {
  return backend === 'encrypted' ? { backend, file: entryFile(key) } : { backend };
}

function occupied(key: string, from: StoreName, to: StoreName): StoreError {
  const { server } = splitKey(key);
  const forget = (name: StoreName) => typed('mcp-cli', '--token-backend', name, 'auth', 'reset', server);
  return new StoreError('occupied', `${TITLES[to]} has another sign-in of ${server} already`, {
    hint: `forget that one: ${forget(to)}\nor the one to be moved: ${forget(from)}`,
    server,
  });
}

function garbled(key: string, to: StoreName): StoreError {
  const { server } = splitKey(key);
  return new StoreError(
    'not_moved',
    `${TITLES[to]} does not give back what was written to it for ${server}`,
    {
      hint: 'it stays where it was; look at what else writes there',
      server,
    },
  );
}
