import type { LookupFunction } from 'node:net';
import type { buildConnector as BuildConnector } from 'undici';
import type { Env } from '../deps.ts';
import { nodeAgent } from '../fetch.ts';
import { isLoopbackHost } from '../url.ts';
import { type Connector, type ConnectorOptions, nodeConnector } from './connector.ts';
import { proxyFailure } from './failure.ts';
import { proxySettings } from './proxy.ts';
import type { Reach } from './reach.ts';

/** Milliseconds for TCP and TLS together. */
const connectTimeout = 10_000;

// Node's types carry another version of undici; the values are the package's own.
type Dispatcher = NonNullable<RequestInit['dispatcher']>;

export type Dispatchers = {
  /** The connections that a URL's requests use: by proxy where the environment says so, never for loopback. */
  of(url: URL): Dispatcher;
  close(): Promise<void>;
};

/** What a server asks of TLS beyond the usual. PEM. */
export type TlsOptions = { cert?: string; key?: string; servername?: string; rejectUnauthorized?: false };

type Options = { reach: Reach; ca: string[] | undefined; timeout: number; env: Env; tls?: TlsOptions };

/** Opens no connection yet. Throws ConfigError `proxy` for a proxy URL that cannot be used. */
export async function openDispatchers(options: Options): Promise<Dispatchers> {
  const proxies = proxySettings(options.env);
  const Own = nodeAgent();
  // Proxies want the package.
  if (Own && !proxies) return direct(Own, nodeConnector, options);
  const { Agent, EnvHttpProxyAgent, Pool, buildConnector } = await import('undici');
  const make = buildConnector as (options: ConnectorOptions) => Connector;
  const straight = direct(Agent as unknown as typeof Own & object, make, options);
  if (!proxies) return straight;
  const { tls, verified, limits, limit } = settings(options);
  const proxied = new EnvHttpProxyAgent({
    ...limits,
    ...proxies,
    connect: judgedConnector(make, tls, options.reach) as BuildConnector.connector,
    requestTls: tls,
    proxyTls: verified,
    clientFactory: (origin, { connect: toProxy }: { connect: BuildConnector.connector }) =>
      new Pool(origin, { headersTimeout: limit, connect: namedFailures(toProxy) }),
  });
  return {
    of(url) {
      return isLoopbackHost(url.hostname) ? straight.of(url) : (proxied as unknown as Dispatcher);
    },
    async close() {
      await Promise.all([straight.close(), proxied.destroy()]);
    },
  };
}

function settings({ timeout, ca, tls }: Options) {
  const limit = Math.min(connectTimeout, timeout);
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off otherwise.
  const verified = { rejectUnauthorized: true, timeout: limit, ...(ca && { ca }) };
  // No limit between two pieces of a body: a server's event stream may be quiet for hours.
  const limits = { headersTimeout: timeout, bodyTimeout: 0 };
  return { limit, verified, tls: { ...verified, ...tls }, limits };
}

/** Without proxies. */
function direct(
  Agent: NonNullable<ReturnType<typeof nodeAgent>>,
  make: (options: ConnectorOptions) => Connector,
  options: Options,
): Dispatchers {
  const { tls, limits } = settings(options);
  const agent = new Agent({ ...limits, connect: judgedConnector(make, tls, options.reach) });
  return { of: () => agent, close: () => agent.destroy() };
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

/** A proxy that refuses or fails must not be reported as the server doing so. */
function namedFailures(connect: BuildConnector.connector): BuildConnector.connector {
  return (target, done) =>
    connect(target, (error, socket) => {
      if (!error) return done(null, socket);
      const failure = new Error('no connection to the proxy', { cause: error });
      done(Object.assign(failure, { code: proxyFailure }), null);
    });
}
