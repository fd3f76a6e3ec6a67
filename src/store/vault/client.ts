import { type WireOptions, wire } from './wire.ts';

/** As much of node-vault as is used. Every path is encoded already. */
export type Client = {
  token: string;
  read(path: string): Promise<unknown>;
  write(path: string, data: unknown): Promise<unknown>;
  list(path: string): Promise<unknown>;
  delete(path: string): Promise<unknown>;
};

/**
 * node-vault, with what its defaults would do put right: it reads the process environment, prints what it writes under
 * DEBUG, takes any VAULT_SKIP_VERIFY for yes, and sends by axios. Verification is the transport's (session/http).
 */
export async function openClient(
  address: string,
  namespace: string | undefined,
  options: WireOptions,
): Promise<Client> {
  const { default: nodeVault } = await import('node-vault');
  const client = nodeVault({
    apiVersion: 'v1',
    endpoint: address,
    debug: () => undefined,
    // Node's own servers, and some proxies, know no LIST.
    noCustomHTTPVerbs: true,
    'request-promise': wire(options),
  } as never) as unknown as Client & { namespace: string | undefined; pathPrefix: string };
  // The library takes what is empty from the environment.
  client.namespace = namespace;
  client.pathPrefix = '';
  client.token = '';
  return client;
}

/** The commands that node-vault generates escape for HTML, and leave `#` and `?` to cut a path short. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
