import { BlockList, isIP } from 'node:net';
import { bareHost, isLoopbackHost } from '../url.ts';

/** How far an address reaches: 0 this machine, 1 this network, 2 the internet. */
export type Rank = 0 | 1 | 2;

/** IANA special-purpose registries (RFC 6890 and successors); `0.0.0.0/8` first because systems connect it to themselves. */
const loopback4: Subnet[] = [
  ['127.0.0.0', 8],
  ['0.0.0.0', 8],
];
const private4: Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const loopback6: Subnet[] = [
  ['::', 127],
  ['::127.0.0.0', 104],
];
const private6: Subnet[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
/** All that was ever given out (RFC 4291), and what stands for an IPv4 address there. The rest leads to no internet. */
const public6: Subnet[] = [
  ['2000::', 3],
  ['64:ff9b::', 96],
  ['::ffff:0:0', 96],
];

type Subnet = [string, number];

const loopback = blockList(loopback4, loopback6);
const nearby = blockList(private4, private6);
const distant = blockList([], public6);

// An IPv4-mapped address is matched by BlockList itself; one behind NAT64 (RFC 6052) is spelled out here.
function blockList(v4: Subnet[], v6: Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of v4) {
    list.addSubnet(network, bits, 'ipv4');
    list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
  }
  for (const [network, bits] of v6) list.addSubnet(network, bits, 'ipv6');
  return list;
}

/** The rank of an IP address, with or without zone. What is no address at all counts as this machine. */
export function addressRank(address: string): Rank {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 0;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(bare, type)) return 0;
  if (family === 6 && !distant.check(bare, type)) return 1;
  return nearby.check(bare, type) ? 1 : 2;
}

/** The rank of a URL's hostname as far as it can be told without a look-up: addresses in any spelling, `localhost`. */
export function hostRank(hostname: string): Rank | undefined {
  const bare = bareHost(hostname);
  if (isIP(bare) !== 0) return addressRank(bare);
  return isLoopbackHost(bare) ? 0 : undefined;
}

export function rankName(rank: Rank): string {
  return ['loopback', 'private', 'public'][rank] ?? 'public';
}
