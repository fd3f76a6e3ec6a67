// How requests for one origin leave this machine: straight, or through a proxy.
import { createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector as BuildConnector, Dispatcher as OfPackage, Pool as PoolOf } from 'undici';
import type { Env } from '../deps.ts';
import { proxyFailure } from './between.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { judgedConnector } from './connector.ts';
import { openDirect } from './direct.ts';
import { namesProxies, type ProxyServer, proxyCredentials, proxyOf } from './proxy.ts';
import type { Reach } from './reach.ts';

/** Milliseconds for TCP and TLS together. */
const connectTimeout = 10_000;

/** How requests for one origin leave this machine. `clientCertificate` is what would be shown there, if asked for. */
type Path = { proxy: ProxyServer | undefined; clientCertificate: string | undefined };

/** What `fetch` (src/fetch.ts) takes a request's connections from. */
type Dispatcher = { begin?(origin: string): void; destroy(): Promise<void> };

export type Dispatchers = {
  /** The connections that a URL's requests use: by proxy where the environment says so, never for loopback. */
  of(url: URL): { dispatcher: Dispatcher; path: Path };
  close(): Promise<void>;
};

/** What a server asks of TLS beyond the usual. */
export type TlsOptions = { servername?: string; rejectUnauthorized?: false };

/** A certificate of ours, and whether it may be shown to an origin. */
export type Client = ClientCertificate & { shownTo(origin: string): boolean };

type Options = {
  reach: Reach;
  /** PEM. Undefined: Node's own choice. */
  ca: string[] | undefined;
  timeout: number;
  env: Env;
  tls: TlsOptions;
  client: Client | undefined;
};

type Undici = typeof import('undici');

/** Opens no connection yet. `of` throws ConfigError `proxy` for a proxy URL that cannot be used. */
export async function openDispatchers(options: Options): Promise<Dispatchers> {
  const { client, env } = options;
  // Most people have no proxy, and the package costs more to load than the rest of the program.
  const undici = namesProxies(env) ? await import('undici') : undefined;
  const opened = new Map<string, Dispatcher>();
  return {
    of(url) {
      const proxy = proxyOf(url, env);
      const shown = client?.shownTo(url.origin) ? client : undefined;
      const secure = url.protocol === 'https:';
      const key = `${proxy?.url.href ?? ''} ${shown !== undefined} ${secure}`;
      const trusted = () => (secure ? trust(options.ca, shown) : {});
      const chosen =
        opened.get(key) ??
        (undici && proxy ? proxied(undici, options, proxy, trusted()) : straight(options, trusted()));
      opened.set(key, chosen);
      return {
        dispatcher: chosen,
        path: { proxy, clientCertificate: shown?.file },
      };
    },
    async close() {
      await Promise.all([...opened.values()].map((each) => each.destroy()));
    },
  };
}

type Trusted = { secureContext?: SecureContext };

function straight(options: Options, trusted: Trusted): Dispatcher {
  return openDirect(judgedConnector(settings(options, trusted).own, options.reach), options.timeout);
}

function proxied(
  { Pool, ProxyAgent }: Undici,
  options: Options,
  proxy: ProxyServer,
  trusted: Trusted,
): Dispatcher {
  const { own, verified, limit } = settings(options, trusted);
  const token = proxyCredentials(proxy.url);
  return new ProxyAgent({
    headersTimeout: options.timeout,
    // No limit between two pieces of a body: a server's event stream may be quiet for hours.
    bodyTimeout: 0,
    uri: `${proxy.shown}/`,
    ...(token !== undefined && { token }),
    requestTls: own,
    proxyTls: verified,
    clientFactory: (origin, { connect: reached }: { connect: BuildConnector.connector }) =>
      toProxy(new Pool(origin, { headersTimeout: limit, connect: namedFailures(reached) })),
  });
}

function settings({ timeout, ca, tls }: Options, trusted: Trusted) {
  const limit = Math.min(connectTimeout, timeout);
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off otherwise.
  const verified = { rejectUnauthorized: true, timeout: limit, ...(ca && { ca }) };
  const own = { rejectUnauthorized: true, timeout: limit, ...trusted, ...tls };
  return { limit, verified, own };
}

/** Made once for all connections: reading a hundred and fifty authorities takes longer than a handshake. */
function trust(ca: string[] | undefined, client: ClientCertificate | undefined): Trusted {
  if (!ca && !client) return {};
  const own = client && { cert: client.cert, key: client.key };
  return { secureContext: createSecureContext({ ...(ca && { ca }), ...own }) };
}

/** A proxy that cannot be reached must not be reported as the server. */
function namedFailures(connect: BuildConnector.connector): BuildConnector.connector {
  return (target, done) =>
    connect(target, (error, socket) => {
      if (!error) return done(null, socket);
      const failure = new Error('no connection to the proxy', { cause: error });
      done(Object.assign(failure, { code: proxyFailure }), null);
    });
}

/** Nor one that refuses: undici tells its status in words alone. */
function toProxy(pool: PoolOf): PoolOf {
  const ask = pool.connect.bind(pool) as (
    options: OfPackage.ConnectOptions,
  ) => Promise<OfPackage.ConnectData>;
  const asked = async (options: OfPackage.ConnectOptions) => {
    const answer = await ask(options);
    const { statusCode, socket } = answer;
    if (statusCode === 200) return answer;
    socket.on('error', () => {}).destroy();
    const failure = new Error(`the proxy answered HTTP ${statusCode}`);
    throw Object.assign(failure, { code: proxyFailure, statusCode });
  };
  return Object.assign(pool, { connect: asked as PoolOf['connect'] });
}
