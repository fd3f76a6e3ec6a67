import type { WithLock } from './lock.ts';

/** The concrete stores, by the names users know from `--token-backend`. */
export type StoreName = 'keychain' | 'windows' | 'secretservice' | 'vault' | 'encrypted';

/**
 * A place for secrets. Keys are `<server>` or `<server>@<account>`; values are opaque strings.
 * All verbs throw StoreError (`unavailable`, `locked`, `wrong_password`, `corrupt`, ...); a missing key is a
 * value, never an error, and a locked store is an error, never a missing key.
 */
export type SecretStore = {
  readonly name: StoreName;
  /**
   * Asked before something is fetched that could not be fetched again: makes sure that `set` will have all it needs,
   * asks the person for a password if it takes one, and otherwise throws what `set` would.
   */
  ready(): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Durable when it resolves: after a crash a reader finds the old value or the new one, nothing between. */
  set(key: string, value: string): Promise<void>;
  /** Deletes without reading, so it works with a lost password. False if there was nothing. */
  delete(key: string): Promise<boolean>;
  /** Keys that have a value, sorted. Needs no password. */
  list(): Promise<string[]>;
  /** Where a person finds the value of this key: a file, a keyring entry, a Vault path. */
  where(key: string): string;
  /** What another tool keeps under `key` in the same place; absent where a store shares its place with none. */
  foreign?(key: string): Promise<ForeignEntry | undefined>;
  /**
   * Keeps other machines from renewing what `key` holds while `work` runs; absent where a store is this machine's
   * alone. Throws StoreError `lock_timeout`, CancelledError.
   */
  lease?: WithLock;
};

type ForeignEntry = {
  fields: Record<string, unknown>;
  /** Makes it ours, with this value. False: it is no longer what was read. Throws StoreError. */
  adopt(value: string): Promise<boolean>;
};

/** The store, or all stores, of one run: what is asked for by key is wherever that key lives. */
export type Secrets = Omit<SecretStore, 'name' | 'where' | 'ready'> & {
  /** As `SecretStore.ready`, for what is to be kept under `key`. */
  ready(key?: string): Promise<void>;
  /** What can be begun before `key` is asked for: a keyring takes a while to start. */
  prepare(key: string): Promise<void>;
  /** The store that has this key, or would take it. */
  holder(key: string): Promise<SecretStore>;
};
