// The network of one server: its proxies, authorities and certificates, from flags, environment and configuration.
import { isAbsolute, join } from 'node:path';
import type { HttpEntry } from '../config/entry.ts';
import type { Deps } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import type { ClientFiles } from '../session/client-certificate.ts';
import type { Http } from '../session/http.ts';
import { requireSecure } from '../session/insecure.ts';
import type { CaFile } from '../session/trust.ts';
import type { OwnCertificate, Way } from '../session/way.ts';
import type { Flags } from './flags.ts';

/**
 * Every hop of the MCP server and of what it leads to; loaded when one is taken. `took` is told of each.
 * @throws ConfigError `insecure_url` if the server's own URL may not be used
 */
export function openNetwork(deps: Deps, flags: Flags, entry: HttpEntry, took: (way: Way) => void): Http {
  const options = {
    fetch: deps.fetch,
    hop: 'the MCP server',
    serverUrl: entry.url,
    setting: entry.origin === '--server' ? '--server' : `${entry.path}.url`,
    allowHttp: entry.allowHttp,
    allowPrivateNetwork: entry.allowPrivateNetwork,
    caFiles: caFilesOf(flags),
    clientCertificate: ownCertificate(deps, entry),
    timeout: entry.timeout,
    env: deps.env,
    took,
  };
  requireSecure(options);
  let opened: Promise<Http> | undefined;
  let closed = false;
  const http = async () => {
    if (closed) throw new CancelledError();
    opened ??= import('../session/http.ts').then(({ openHttp }) => openHttp(options));
    return opened;
  };
  return {
    fetch: async (url, init) => (await http()).fetch(url, init),
    mayVisit: async (url) => (await http()).mayVisit(url),
    begin: () =>
      void http().then(
        ({ begin }) => begin(),
        () => undefined,
      ),
    async close() {
      closed = true;
      await (await opened)?.close();
    },
  };
}

/** `--ca-file`, if it is there. */
export function caFilesOf({ caFile }: Pick<Flags, 'caFile'>): CaFile[] {
  return caFile === undefined ? [] : [{ setting: '--ca-file', file: caFile }];
}

/** What the entry names, else what the environment does. */
export function ownCertificate(
  { env, cwd }: Pick<Deps, 'env' | 'cwd'>,
  entry: HttpEntry,
): OwnCertificate | undefined {
  const shown = {
    origins: originsOf(entry),
    allow: `it sees no client certificate: if it may, set ${entry.path}.oauth.issuer, or name it in client_cert_urls`,
  };
  if (entry.clientCertificate)
    return { ...entry.clientCertificate, setting: `${entry.path}.client_cert and client_key`, ...shown };
  const given = certificateOf({ env, cwd });
  return given && { ...given, ...shown };
}

/** What the environment names for all servers. */
export function certificateOf({ env, cwd }: Pick<Deps, 'env' | 'cwd'>): ClientFiles | undefined {
  const { MCP_CLI_CLIENT_CERT: cert, MCP_CLI_CLIENT_KEY: key } = env;
  if (!cert) return undefined;
  const absolute = (file: string) => (isAbsolute(file) ? file : join(cwd, file));
  const setting = 'MCP_CLI_CLIENT_CERT and MCP_CLI_CLIENT_KEY';
  return { cert: absolute(cert), key: key ? absolute(key) : undefined, setting };
}

/**
 * Who may see it: the server, and who the person named. A server names others too, and could lead us to one that takes
 * the certificate for a word of ours.
 */
function originsOf({ url, clientCertUrls = [], oauth, expectIssuer }: HttpEntry): Set<string> {
  const { credentials, dynamicRegistration: registration } = oauth ?? {};
  const named = [
    url,
    ...clientCertUrls,
    expectIssuer,
    oauth?.issuer,
    oauth?.discoveryUrl,
    oauth?.authorizationEndpoint,
    oauth?.tokenEndpoint,
    oauth?.deviceAuthorizationEndpoint,
    oauth?.registrationEndpoint,
    oauth?.revocationEndpoint,
    registration?.issuer,
    registration?.registrationEndpoint,
    credentials?.idp?.issuer,
    credentials?.idp?.tokenEndpoint,
  ];
  return new Set(
    named.flatMap((each) => (each !== undefined && URL.canParse(each) ? new URL(each).origin : [])),
  );
}
