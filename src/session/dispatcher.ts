import type { LookupFunction } from 'node:net';
import type { buildConnector as BuildConnector } from 'undici';
import type { Env } from '../deps.ts';
import { isLoopbackHost } from '../url.ts';
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
  const { Agent, EnvHttpProxyAgent, Pool, buildConnector } = await import('undici');
  const limit = Math.min(connectTimeout, options.timeout);
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off otherwise.
  const verified = { rejectUnauthorized: true, timeout: limit, ...(options.ca && { ca: options.ca }) };
  const tls = { ...verified, ...options.tls };
  // No limit between two pieces of a body: a server's event stream may be quiet for hours.
  const limits = { headersTimeout: options.timeout, bodyTimeout: 0 };
  const connect = judgedConnector(buildConnector, tls, options.reach);
  const direct = new Agent({ ...limits, connect });
  const proxies = proxySettings(options.env);
  const proxied =
    proxies &&
    new EnvHttpProxyAgent({
      ...limits,
      ...proxies,
      connect,
      requestTls: tls,
      proxyTls: verified,
      clientFactory: (origin, { connect: toProxy }: { connect: BuildConnector.connector }) =>
        new Pool(origin, { headersTimeout: limit, connect: namedFailures(toProxy) }),
    });
  return {
    of(url) {
      const chosen = proxied && !isLoopbackHost(url.hostname) ? proxied : direct;
      return chosen as unknown as Dispatcher;
    },
    async close() {
      await Promise.all([direct.destroy(), proxied?.destroy()]);
    },
  };
}

/** Connects to the addresses that the law allows, and looks once more at the one that answered. */
function judgedConnector(
  buildConnector: typeof BuildConnector,
  tls: BuildConnector.BuildOptions,
  reach: Reach,
): BuildConnector.connector {
  const connectors = new Map<string, BuildConnector.connector>();
  function connectorOf(origin: string): BuildConnector.connector {
    const known = connectors.get(origin);
    if (known) return known;
    const made = buildConnector({ ...tls, lookup: judgedLookup(origin, reach) });
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
