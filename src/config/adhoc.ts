import { UsageError } from '../errors.ts';
import { urlFault } from './address.ts';
import type { HttpEntry, Protocol } from './entry.ts';
import { printable, written } from './place.ts';

/** Whether a `--server` value is a URL rather than a configured name; one of a scheme that we do not speak is too. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text);
}

/**
 * An entry for `--server URL`, without configuration. Its name, under which tokens are kept, is the host, with the
 * port and the path where they tell two servers apart.
 * @throws UsageError `invalid_url`
 */
export function entryFromUrl(
  text: string,
  options: { allowHttp?: boolean; protocol?: Protocol; timeout?: number; account?: string } = {},
): HttpEntry {
  const { allowHttp = false, protocol = 'auto', timeout, account } = options;
  const fault = urlFault(text, allowHttp);
  if (fault) {
    // The URL is not quoted: people paste URLs with keys in them.
    const plain = urlFault(text, true) === undefined;
    const hint = plain ? 'write https, or configure the server with "allow_http": true' : fault.hint;
    throw new UsageError('invalid_url', `the URL given to --server ${fault.said}`, { hint });
  }
  const { host, pathname } = new URL(text);
  const path = pathname.replace(/\/+$/, '');
  const name = printable(path === '' || path === '/mcp' ? host : `${host}${path}`);
  return {
    kind: 'http',
    name,
    origin: '--server',
    // What hints name is to be written there: a URL alone has no settings.
    path: written(['mcpServers', name]),
    disabled: false,
    timeout,
    protocol,
    account,
    url: text,
    transport: undefined,
    headers: {},
    bearerTokenEnv: undefined,
    allowPrivateNetwork: false,
    allowHttp,
    oauth: undefined,
  };
}
