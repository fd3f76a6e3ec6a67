import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { ProtocolError } from '../errors.ts';
import { bareHost, isLoopbackHost } from '../url.ts';
import { addressRank, hostRank, type Rank, rankName } from './address.ts';

// The law: what a public server says may not lead us to private or loopback addresses, nor a private one's to
// loopback. It is judged on the addresses that are connected to, so a name that changes its mind gains nothing.

/** Every address of a host; a test may answer in DNS's place. */
type Resolve = (host: string, options: LookupOptions) => Promise<LookupAddress[]>;

export type ReachOptions = {
  serverUrl: string;
  allowHttp: boolean;
  allowPrivateNetwork: boolean;
  resolve?: Resolve | undefined;
};

export type Reach = {
  /** Throws ProtocolError `private_address` or `insecure_url` if `address` may not be talked to in `origin`'s name. */
  check(origin: string, address: string): Promise<void>;
  /** The same for addresses and `localhost` written in the URL; says nothing about names. For proxied requests too. */
  checkHost(url: URL): Promise<void>;
  /** The host's addresses that pass; throws the first refusal if none does. */
  resolve(origin: string, host: string, options: LookupOptions): Promise<LookupAddress[]>;
  /** Takes note where the server itself answered from. */
  connected(origin: string, address: string): void;
};

export function reachOf(options: ReachOptions): Reach {
  const server = new URL(options.serverUrl);
  const resolve: Resolve = options.resolve ?? ((host, how) => lookup(host, { ...how, all: true }));
  let seen: Rank | undefined;

  /** Where nothing is known the answer is the strictest, public. */
  async function serverRank(): Promise<Rank> {
    const known = seen ?? hostRank(server.hostname);
    if (known !== undefined) return known;
    const addresses = await resolve(server.hostname, { all: true }).catch(() => []);
    const ranks = addresses.map(({ address }) => addressRank(address));
    return ranks.length === 0 ? 2 : ranks.reduce(max);
  }

  async function check(origin: string, address: string): Promise<void> {
    const rank = addressRank(address);
    const url = new URL(origin);
    if (url.protocol === 'http:' && !options.allowHttp && rank !== 0 && isLoopbackHost(url.hostname)) {
      throw new ProtocolError('insecure_url', `${origin} is not on this machine`, {
        hint: 'localhost should lead to a loopback address; check the hosts file',
      });
    }
    // TLS proves the server's own name wherever it lives. Over http a later answer from DNS is not believed.
    if (options.allowPrivateNetwork || rank === 2) return;
    if (origin === server.origin && (url.protocol === 'https:' || seen === undefined)) return;
    const floor = await serverRank();
    if (rank >= floor) return;
    throw new ProtocolError(
      'private_address',
      `${server.origin} is ${rankName(floor)} but led to ${origin}, a ${rankName(rank)} address`,
      { hint: 'if you trust the server with your network, set "allow_private_network": true in its entry' },
    );
  }

  return {
    check,
    async checkHost(url) {
      if (hostRank(url.hostname) !== undefined) await check(url.origin, literal(url.hostname));
    },
    async resolve(origin, host, how) {
      const addresses = await resolve(host, how);
      const verdicts = await Promise.allSettled(addresses.map(({ address }) => check(origin, address)));
      const allowed = addresses.filter((_, index) => verdicts[index]?.status === 'fulfilled');
      const refusal = verdicts.find((verdict) => verdict.status === 'rejected');
      if (allowed.length === 0 && refusal) throw refusal.reason;
      return allowed;
    },
    connected(origin, address) {
      if (origin === server.origin) seen = max(seen ?? 0, addressRank(address));
    },
  };
}

function literal(hostname: string): string {
  const bare = bareHost(hostname);
  return isLoopbackHost(bare) ? '127.0.0.1' : bare;
}

function max(a: Rank, b: Rank): Rank {
  return a > b ? a : b;
}
