// What another program's file says of one sign-in, checked by type and nothing more: whom it belongs to is decided
// elsewhere (match.ts, auth/adopt.ts).
import type { AuthMethod, StoredTokens } from '../store/record.ts';

export type ForeignClient = {
  id: string;
  secret?: string;
  /** As the file names it; undefined where it does not say. */
  authMethod?: AuthMethod;
  /** Milliseconds since the epoch. */
  secretExpiresAt?: number;
};

export type Found = {
  /** Tells it from the others of one read: a key, an index or a file name. */
  id: string;
  /** What the other program calls the server. */
  name?: string;
  /** The server's URL that it was issued for. */
  url?: string;
  /** MD5 of that URL, where the file says no more (mcp-remote). */
  urlHash?: string;
  tokens: StoredTokens;
  client?: ForeignClient;
  issuer?: string;
  tokenEndpoint?: string;
  /** The file, or the place in Vault, for people. */
  where: string;
  /** Fingerprint of what was read: what has changed since is not removed. */
  print: string;
  /** A place that is ours already: the sign-in is taken over where it lies. False: it changed since it was read. */
  adopt?: (value: string) => Promise<boolean>;
};

/** A sign-in that cannot be used. `why` completes "… is left alone: ". */
export type Faulty = Pick<Found, 'id' | 'name' | 'urlHash' | 'where'> & { why: string };

export type Reading = { found: Found[]; faulty: Faulty[] };

export type Source = {
  /** Where it looks, for people. */
  places: string[];
  /** @throws StoreError `unsafe_file`, `foreign_file`, `wrong_password`, `no_password`, `io` */
  read(): Promise<Reading>;
  /** Whether it is still what was read. */
  holds(found: Found): Promise<boolean>;
  /** Removes this one entry and nothing else. False: it is no longer what was read, and stays. */
  remove(found: Found): Promise<boolean>;
};

/** A member of an entry that is missing, or of a wrong type; the message names it and never its value. */
export class Unfit extends Error {}
