// The way to the server, below HTTP: proxy, name, connection, certificate.
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { NetworkError } from '../errors.ts';
import { addressRank, hostRank, rankName } from '../session/address.ts';
import { requestFailure, signerUnknown } from '../session/failure.ts';
import { type ProxyServer, proxyOf } from '../session/proxy.ts';
import { asList, vouching } from '../session/trust.ts';
import { readMeans } from '../session/way.ts';
import { bareHost } from '../url.ts';
import { type Case, portOf, settingOf } from './case.ts';
import { judgeCertificate } from './certificate.ts';
import { type Finding, passed, skipped } from './finding.ts';
import { throughProxy } from './tunnel.ts';

export async function probeProxy({ url, env, known }: Case): Promise<Finding> {
  known.proxy = proxyOf(url, env);
  if (!known.proxy) return passed('none: straight to the server');
  known.names.add(known.proxy.url.hostname);
  return passed(`through ${known.proxy.shown} (${known.proxy.setting})`);
}

/** The proxy's name where there is one: the server's is the proxy's business then. */
export async function probeDns({ url, entry, known }: Case): Promise<Finding> {
  const host = bareHost((known.proxy?.url ?? url).hostname);
  known.names.add(host);
  if (isIP(host) !== 0) return passed(`${host} is an address, ${rankName(addressRank(host))}`);
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    throw failure(error, known.proxy, url, settingOf(entry));
  });
  for (const { address } of found) known.names.add(address);
  const ranks = new Set(found.map(({ address }) => rankName(addressRank(address))));
  const shown = found.slice(0, 4).map(({ address }) => address);
  const more = found.length > shown.length ? `, and ${found.length - shown.length} more` : '';
  const local = hostRank(host) === 0 ? '' : `, ${[...ranks].join(' and ')}`;
  return passed(`${host} is ${shown.join(', ')}${more}${local}`);
}

export async function probeTcp({ url, entry, known }: Case, signal: AbortSignal): Promise<Finding> {
  const { proxy } = known;
  const target = proxy?.url ?? url;
  const begun = performance.now();
  const socket = await openSocket(target, signal).catch((error: unknown) => {
    throw failure(error, proxy, url, settingOf(entry));
  });
  socket.destroy();
  const ms = Math.round(performance.now() - begun);
  return passed(`connected to ${target.hostname} port ${portOf(target)} in ${ms} ms`);
}

export async function probeTls(subject: Case, signal: AbortSignal): Promise<Finding> {
  const { url, entry, known, tls, now } = subject;
  if (url.protocol === 'http:') return skipped('http: nothing is encrypted, and nothing is to be checked');
  const { added, client, system } = await readMeans(tls);
  const shown = client?.shownTo(url.origin) ? client : undefined;
  const own = shown && { cert: shown.cert, key: shown.key };
  const greet = (all: typeof added) => handshake(subject, { ca: asList(all), own }, signal);
  let trusted = added;
  try {
    const socket = await greet(added).catch(async (error: unknown) => {
      const theirs = signerUnknown(error) ? await system() : undefined;
      if (!theirs || theirs.certificates.length === 0) throw error;
      trusted = [...added, theirs];
      return greet(trusted);
    });
    const peer = socket.getPeerCertificate(true);
    const protocol = socket.getProtocol() ?? 'TLS';
    socket.destroy();
    const authority = one(peer.issuer?.O) ?? one(peer.issuer?.CN) ?? 'nobody';
    known.names.add(authority);
    const from = vouching(trusted, chainOf(peer)) ?? "Node's own authorities";
    const validTo = Date.parse(peer.valid_to);
    return judgeCertificate({ protocol, authority, from, validTo, shown: shown?.file }, now());
  } catch (error) {
    const asked = { origin: url.origin, hop: HOP, proxy: known.proxy, setting: settingOf(entry) };
    throw requestFailure(error, { ...asked, clientCertificate: shown?.file }, signal);
  }
}

const HOP = 'the MCP server';

type Tls = { ca: string[] | undefined; own: { cert: string; key: string } | undefined };

async function handshake({ url, known }: Case, { ca, own }: Tls, signal: AbortSignal): Promise<TLSSocket> {
  const host = bareHost(url.hostname);
  const below = known.proxy
    ? await throughProxy(known.proxy.url, url, ca, signal)
    : await openSocket(url, signal);
  const servername = isIP(host) === 0 ? host : '';
  return secured(below, { ...(ca && { ca }), ...own, servername, host }, signal);
}

/** The last one is its own issuer. */
function chainOf(peer: DetailedPeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let link = peer; link?.raw && !chain.includes(link.raw); link = link.issuerCertificate)
    chain.push(link.raw);
  return chain;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

async function openSocket(url: URL, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: bareHost(url.hostname), port: portOf(url), autoSelectFamily: true });
  await ready(socket, 'connect', signal);
  return socket;
}

type Trust = { ca?: string[]; cert?: string; key?: string; servername: string; host: string };

async function secured(below: Socket, trust: Trust, signal: AbortSignal): Promise<TLSSocket> {
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off otherwise.
  const verified = { rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] };
  const socket = connectTls({ socket: below, ...trust, ...verified });
  await ready(socket, 'secureConnect', signal);
  return socket;
}

/** Throws the socket's error, or the signal's reason; the socket is gone then. */
async function ready(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      socket.once(event, resolve).once('error', reject);
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    });
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Between us and the proxy it is the proxy's failure, as the session says it too. */
function failure(error: unknown, proxy: ProxyServer | undefined, url: URL, setting: string): Error {
  if (!proxy) return requestFailure(error, { origin: url.origin, hop: HOP, setting });
  return new NetworkError('proxy', `the proxy ${proxy.shown} cannot be reached`, {
    hint: 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY',
    cause: error,
  });
}
