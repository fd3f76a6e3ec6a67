// What every hop of one server has in common: authorities, our certificate, proxies. Opened with the first request, and
// once more with the operating system's authorities where the others know nothing of who signed.
import type { Env } from '../deps.ts';
import { type ClientFiles, readClientCertificate } from './client-certificate.ts';
import { type Client, type Dispatchers, openDispatchers, type TlsOptions } from './dispatcher.ts';
import type { Reach } from './reach.ts';
import { type Authorities, addedAuthorities, asList, type CaFile, systemAuthorities } from './trust.ts';

/** One hop as it was taken. Nothing secret: a proxy without its user, files by their names. */
export type Way = {
  hop: string;
  origin: string;
  /** And the variable that names it. */
  proxy?: string;
  /** Beside Node's own: `--ca-file /etc/ca.pem`. Empty for http. */
  authorities: string[];
  /** The file of the certificate that it would have been shown. */
  clientCertificate?: string;
};

/** A certificate of ours. */
export type OwnCertificate = ClientFiles & {
  /** The origins that may see it; undefined: all of them. */
  origins?: ReadonlySet<string>;
  /** How another one comes to be among them, for hints. */
  allow?: string;
};

export type WayOptions = {
  /** Trusted besides the usual ones. */
  caFiles?: readonly CaFile[];
  /** Read when the first request is made. */
  clientCertificate?: OwnCertificate | undefined;
  tls?: TlsOptions;
  env: Env;
  /** The operating system's authorities; a test may answer in its place. */
  system?: () => Promise<Authorities>;
};

export type Open = {
  dispatchers: Dispatchers;
  /** Beside Node's own. */
  authorities: string[];
  /** The same with the operating system's authorities; undefined: there are none, or they are there already. */
  wider(): Promise<Open | undefined>;
};

/** What TLS is made of. `client` is whole, wherever it may be shown. */
export type Means = { added: Authorities[]; client: Client | undefined; system(): Promise<Authorities> };

/** Throws ConfigError for files that cannot be used. */
export async function readMeans(options: WayOptions): Promise<Means> {
  const { caFiles = [], clientCertificate: own, env, system = systemAuthorities } = options;
  const [added, certificate] = await Promise.all([
    addedAuthorities(caFiles, env),
    own && readClientCertificate(own),
  ]);
  const shownTo = (origin: string) => own?.origins?.has(origin) ?? true;
  return { added, client: certificate && { ...certificate, shownTo }, system };
}

/** Opens no connection. Throws ConfigError for files that cannot be used. */
export async function openWay(options: WayOptions, reach: Reach, timeout: number): Promise<Open> {
  const { env, tls = {} } = options;
  const { added, client, system } = await readMeans(options);
  const open = async (authorities: Authorities[]): Promise<Open> => ({
    dispatchers: await openDispatchers({ reach, ca: asList(authorities), timeout, env, tls, client }),
    authorities: authorities.map(({ source }) => source),
    async wider() {
      const theirs = await system();
      const known = authorities.length > added.length || theirs.certificates.length === 0;
      return known ? undefined : open([...authorities, theirs]);
    },
  });
  return open(added);
}
