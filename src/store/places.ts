// All stores as one: an entry is read, written and deleted where it lives, and only a new one goes to the usual store.
// So tokens are found again when a keyring or a Vault comes, or goes, and nothing is signed in to twice.
import { StoreError } from '../errors.ts';
import { typed } from '../typed.ts';
import { leftBehind } from './leftover.ts';
import type { Machine } from './machine.ts';
import { TITLES } from './open.ts';
import { hasPassword } from './password.ts';
import { splitKey } from './record-key.ts';
import { storesOf } from './registry.ts';
import type { SecretStore, Secrets, StoreName } from './store.ts';
import type { Usual } from './usual.ts';

type Tell = (text: string, level: 'detail' | 'info' | 'warning') => void;

/** The store of this run: one that was asked for by name, or all of them. */
export async function openPlaces(machine: Machine, tell: Tell): Promise<Secrets> {
  if (machine.asked === 'auto') return everyPlace(machine, tell);
  return onePlace(machine, await machine.open(machine.asked), tell);
}

function onePlace(machine: Machine, store: SecretStore, tell: Tell): Secrets {
  return {
    ...store,
    prepare: async () => {},
    holder: async () => store,
    async ready(key) {
      await store.ready();
      const elsewhere = key === undefined ? [] : await machine.known(key);
      if (key === undefined || elsewhere.length === 0 || elsewhere.includes(store.name)) return;
      const where = elsewhere.map((each) => TITLES[each]).join(' and ');
      tell(
        `a sign-in of ${splitKey(key).server} lies in ${where} already; this one goes to ${TITLES[store.name]}`,
        'info',
      );
    },
  };
}

function everyPlace(machine: Machine, tell: Tell): Secrets {
  const { registry, open, known } = machine;
  /** Where this process saw an entry last. */
  const seen = new Map<string, StoreName>();

  async function find(key: string): Promise<{ store: SecretStore; value: string } | undefined> {
    const names = await known(key);
    for (const name of names) {
      const found = await readAt(machine, name, key);
      if (!found) continue;
      seen.set(key, name);
      return found;
    }
    const name = await machine.unknown();
    const found = name === undefined || names.includes(name) ? undefined : await readAt(machine, name, key);
    if (found) seen.set(key, found.store.name);
    else seen.delete(key);
    return found;
  }

  /** The store that has the entry, without reading it where this process knows. */
  async function home(key: string): Promise<SecretStore | undefined> {
    const name = seen.get(key);
    const names = await known(key);
    // Another process may have moved it since.
    if (name !== undefined && (names[0] === name || names.length === 0)) return open(name);
    const found = await find(key).catch((error: unknown) => {
      // What another tool left is no entry of ours: the usual store is where ours goes.
      if (error instanceof StoreError && error.code === 'foreign_entry') return undefined;
      throw error;
    });
    return found?.store;
  }

  async function newHome(key: string): Promise<SecretStore> {
    const usual = await machine.usual();
    const store = await open(usual.name);
    // Nobody has it: what the index says of it is over.
    for (const name of storesOf((await registry.read()).get(key)))
      if (name !== usual.name) await registry.forget(key, name);
    return store;
  }

  return {
    async prepare(key) {
      const [name = await machine.unknown()] = await known(key);
      if (name !== undefined) await open(name);
    },
    holder: async (key) => (await home(key)) ?? open((await machine.usual()).name),
    async ready(key) {
      const there = key === undefined ? undefined : await home(key);
      if (there) return there.ready();
      const usual = await machine.usual(true);
      const store = await open(usual.name);
      // Before a question for the password; and where nobody can answer one, only if none is needed.
      const somebody = machine.options.prompt.available;
      if (somebody) await announce(machine, usual, tell);
      await store.ready();
      if (!somebody) await announce(machine, usual, tell);
    },
    get: async (key) => (await find(key))?.value,
    async set(key, value) {
      const store = (await home(key)) ?? (await newHome(key));
      const endMove = await leftBehind(machine, key, store);
      await store.set(key, value);
      await endMove();
    },
    delete: (key) => deleteAll(machine, key),
    list: () => listAll(machine),
    async lease(key, options, work) {
      const { lease } = (await home(key)) ?? {};
      return lease ? lease(key, options, work) : work({ recovered: false });
    },
  };
}

async function readAt(
  machine: Machine,
  name: StoreName,
  key: string,
): Promise<{ store: SecretStore; value: string } | undefined> {
  try {
    const store = await machine.open(name);
    const value = await store.get(key);
    return value === undefined ? undefined : { store, value };
  } catch (error) {
    const gone = error instanceof StoreError && error.code === 'unavailable';
    if (!gone || (await machine.usual()).name === name) throw error;
    throw outOfReach(key, name, error);
  }
}

/** Not "signed out": a second sign-in would make two, and the first would be forgotten with its grant alive. */
function outOfReach(key: string, name: StoreName, cause: StoreError): StoreError {
  const { server } = splitKey(key);
  const anew = typed('mcp-cli', '--token-backend', 'encrypted', 'auth', 'login', server);
  return new StoreError('unavailable', `the sign-in of ${server} lies in ${TITLES[name]}: ${cause.message}`, {
    hint: `${cause.hint}\nor sign in a second time, into a file: ${anew}`,
    server,
    cause,
  });
}

/** Once for each session of the machine: who signs in to ten servers need not read it ten times. */
async function announce({ registry, options }: Machine, { instead }: Usual, tell: Tell): Promise<void> {
  // Whoever set a password for the file means the file.
  if (hasPassword(options)) return;
  const last = instead && (await registry.probed());
  if (!instead || last?.told) return;
  tell(`${instead.why}; tokens are kept in ${TITLES.encrypted} instead`, 'info');
  if (last) await registry.remember({ ...last, told: true });
}

/** From wherever it is; one store that fails does not keep the others from forgetting. */
async function deleteAll(machine: Machine, key: string): Promise<boolean> {
  const known = await machine.known(key);
  const names = known.length > 0 ? known : [(await machine.unknown()) ?? 'encrypted'];
  let deleted = false;
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      deleted = (await (await machine.open(name)).delete(key)) || deleted;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return deleted;
}

/** What the usual store lists, what lies in files, and what the index says of the others. */
async function listAll(machine: Machine): Promise<string[]> {
  const asked = new Set<StoreName>([(await machine.unknown()) ?? 'encrypted', 'encrypted']);
  const keys = new Set<string>();
  for (const each of asked) for (const key of await (await machine.open(each)).list()) keys.add(key);
  for (const [key, place] of await machine.registry.read())
    if (storesOf(place).some((each) => !asked.has(each))) keys.add(key);
  return [...keys].sort();
}
