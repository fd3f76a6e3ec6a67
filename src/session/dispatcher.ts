import type { LookupFunction } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector as BuildConnector, Dispatcher as OfPackage, Pool as PoolOf } from 'undici';
import type { Env } from '../deps.ts';
import { nodeAgent } from '../fetch.ts';
import { proxyFailure } from './between.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { type Connector, type ConnectorOptions, nodeConnector } from './connector.ts';
import { namesProxies, type ProxyServer, proxyCredentials, proxyOf } from './proxy.ts';
import type { Reach } from './reach.ts';

/** Milliseconds for TCP and TLS together. */
const connectTimeout = 10_000;

// Node's types carry another version of undici; the values are the package's own.
type Dispatcher = NonNullable<RequestInit['dispatcher']>;

/** How requests for one origin leave this machine. `clientCertificate` is what would be shown there, if asked for. */
export type Path = { proxy: ProxyServer | undefined; clientCertificate: string | undefined };

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
  const Own = nodeAgent();
  // Proxies want the package.
  const make = Own && !namesProxies(env) ? ownAgents(Own) : packageAgents(await import('undici'));
  const opened = new Map<string, Agent>();
  return {
    of(url) {
      const proxy = proxyOf(url, env);
      const shown = client?.shownTo(url.origin) ? client : undefined;
      const secure = url.protocol === 'https:';
      const key = `${proxy?.url.href ?? ''} ${shown !== undefined} ${secure}`;
      const chosen = opened.get(key) ?? make(options, proxy, secure ? trust(options.ca, shown) : {});
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

type Agent = Dispatcher & { destroy(): Promise<void> };
type Make = (
  options: Options,
  proxy: ProxyServer | undefined,
  trusted: { secureContext?: SecureContext },
) => Agent;

/** Node's own dispatcher, without proxies. */
function ownAgents(Own: NonNullable<ReturnType<typeof nodeAgent>>): Make {
  return (options, _, trusted) => {
    const { own, limits } = settings(options, trusted);
    return new Own({ ...limits, connect: judgedConnector(nodeConnector, own, options.reach) });
  };
}

function packageAgents({ Agent: Direct, Pool, ProxyAgent, buildConnector }: Undici): Make {
  const make = buildConnector as (options: ConnectorOptions) => Connector;
  return (options, proxy, trusted) => {
    const { own, verified, limits, limit } = settings(options, trusted);
    const connect = judgedConnector(make, own, options.reach) as BuildConnector.connector;
    if (!proxy) return new Direct({ ...limits, connect }) as unknown as Agent;
    const token = proxyCredentials(proxy.url);
    const proxied = new ProxyAgent({
      ...limits,
      uri: `${proxy.shown}/`,
      ...(token !== undefined && { token }),
      requestTls: own,
      proxyTls: verified,
      clientFactory: (origin, { connect: reached }: { connect: BuildConnector.connector }) =>
        toProxy(new Pool(origin, { headersTimeout: limit, connect: namedFailures(reached) })),
    });
    return proxied as unknown as Agent;
  };
}

function settings({ timeout, ca, tls }: Options, trusted: { secureContext?: SecureContext }) {
  const limit = Math.min(connectTimeout, timeout);
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off otherwise.
  const verified = { rejectUnauthorized: true, timeout: limit, ...(ca && { ca }) };
  const own = { rejectUnauthorized: true, timeout: limit, ...trusted, ...tls };
  // No limit between two pieces of a body: a server's event stream may be quiet for hours.
  return { limit, verified, own, limits: { headersTimeout: timeout, bodyTimeout: 0 } };
}

/** Made once for all connections: reading a hundred and fifty authorities takes longer than a handshake. */
function trust(
  ca: string[] | undefined,
  client: ClientCertificate | undefined,
): { secureContext?: SecureContext } {
  if (!ca && !client) return {};
  const own = client && { cert: client.cert, key: client.key };
  return { secureContext: createSecureContext({ ...(ca && { ca }), ...own }) };
}

/** Connects to the addresses that the law allows, and looks once more at the one that answered. */
function judgedConnector(
  make: (options: ConnectorOptions) => Connector,
  tls: Omit<ConnectorOptions, 'lookup'>,
  reach: Reach,
): Connector {
  const connectors = new Map<string, Connector>();
  function connectorOf(origin: string): Connector {
    const known = connectors.get(origin);
    if (known) return known;
    const made = make({ ...tls, lookup: judgedLookup(origin, reach) });
    connectors.set(origin, made);
    return made;
  }
  return (target, done) => {
    const origin = new URL(`${target.protocol}//${target.host ?? target.hostname}`).origin;
    connectorOf(origin)(target, (error, socket) => {
      if (error) return done(error, null);
      const address = socket.remoteAddress ?? '';
      reach.check(origin, address).then(
        () => {
          reach.connected(origin, address);
          done(null, socket);
        },
        (refusal) => {
          socket.destroy();
          done(refusal, null);
        },
      );
    });
  };
}

function judgedLookup(origin: string, reach: Reach): LookupFunction {
  return (host, options, done) => {
    reach.resolve(origin, host, { ...options, all: true }).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || !first) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error) => done(error, []),
    );
  };
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
