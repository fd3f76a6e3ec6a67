// One server that is examined: what the steps work with, and what they have found out so far.

import { machineGrant } from '../auth/binding.ts';
import type { Challenge } from '../auth/challenge.ts';
import type { AuthContext } from '../auth/context.ts';
import type { Discovery } from '../auth/discover.ts';
import type { Client } from '../auth/identity.ts';
import type { ResourceMetadata } from '../auth/metadata.ts';
import type { HttpEntry, ServerEntry } from '../config/entry.ts';
import type { Env } from '../deps.ts';
import type { ProxyServer } from '../session/proxy.ts';
import type { Session } from '../session/session.ts';
import type { Way, WayOptions } from '../session/way.ts';
import type { StoredRecord } from '../store/record.ts';
import type { Secrets } from '../store/store.ts';

/** What is to be had of the program for any server. */
export type Means = {
  /** Of its sign-in in the store. */
  key: string;
  env: Env;
  /** Authorities and certificates, as every request has them. */
  tls: WayOptions;
  /** Every hop so far. */
  ways: readonly Way[];
  now(): number;
  random(bytes: number): Uint8Array;
  store(): Promise<Secrets>;
  /** What must not be shown; it becomes more with what is found. */
  secrets: string[];
  /** What has to come to its end, also where nobody waits for what came of it. */
  underWay: Promise<unknown>[];
  /** A session that signs nobody in. */
  connect(): Promise<Session>;
};

/** As discovery tells it: `detail` is what was forgiven. */
type Notice = { text: string; level: 'detail' | 'info' | 'warning' };

export type Case = Means & {
  entry: HttpEntry;
  url: URL;
  /** Asks nobody, opens no browser; what it notifies of is in `notices`. */
  ctx: AuthContext;
  notices: Notice[];
  /** The headers that go to the server besides the token. */
  headers(): Promise<Record<string, string>>;
  known: Known;
};

type Known = {
  /** Undefined once it is known that there is none. */
  proxy?: ProxyServer | undefined;
  /** What keeps requests from the server. */
  unreachable?: string;
  challenge?: Challenge | undefined;
  /** Answers whoever asks. */
  open?: boolean;
  /** The `Date` of the server, and the moment in between by our clock, milliseconds since the epoch. */
  dates?: { theirs: number; ours: number };
  resource?: ResourceMetadata | undefined;
  /** The resource metadata was looked for: it may be that there is none. */
  resourceSought?: boolean;
  discovery?: Discovery;
  client?: Client | undefined;
  record?: StoredRecord | undefined;
  /** The store does not open, or keeps nothing. */
  storeFails?: boolean;
  /** The server took our token, or wants none. */
  letIn?: boolean;
  /** Words that name a private thing: hosts, addresses, authorities. */
  names: Set<string>;
};

/** Why there is no sign-in to look at; undefined: there is one. */
export function noSignIn({ entry, ctx, known }: Case): string | undefined {
  if (ctx.fixedToken) return `the token comes from ${ctx.fixedToken.source}: nobody signs in`;
  if (entry.oauth?.enabled === false) return `${entry.path}.oauth.enabled is false`;
  const anybody = known.open && !entry.oauth && known.resource === undefined && known.resourceSought;
  return anybody ? 'the server asks nobody to sign in' : undefined;
}

/** Why a person at a browser has no part in it; undefined: one has. */
export function noBrowser({ entry }: Case): string | undefined {
  const grant = machineGrant(entry);
  return grant === undefined ? undefined : `${grant} needs no browser`;
}

export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** For hints: where the person wrote the URL. */
export function settingOf(entry: Pick<ServerEntry, 'origin' | 'path'>): string {
  return entry.origin === '--server' ? '--server' : `${entry.path}.url`;
}
