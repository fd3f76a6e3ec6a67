// Which proxy the environment names, and for whom.
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import { isLoopbackHost } from '../url.ts';

/** URLs; empty: none. `noProxy` as it is written. */
type ProxySettings = { httpProxy: string; httpsProxy: string; noProxy: string };

/**
 * Undefined: none is named. Never undefined in a field: undici would read the process environment in its place. Throws
 * ConfigError `proxy`.
 */
export function proxySettings(env: Env): ProxySettings | undefined {
  const httpProxy = proxyUrl(env.http_proxy || env.HTTP_PROXY, 'HTTP_PROXY');
  const httpsProxy = proxyUrl(env.https_proxy || env.HTTPS_PROXY, 'HTTPS_PROXY');
  if (httpProxy === '' && httpsProxy === '') return undefined;
  return { httpProxy, httpsProxy, noProxy: env.no_proxy || env.NO_PROXY || '' };
}

/** The proxy that requests for `url` go through, as undici's EnvHttpProxyAgent chooses it. Throws ConfigError `proxy`. */
export function proxyOf(url: URL, env: Env): URL | undefined {
  const settings = proxySettings(env);
  if (!settings || isLoopbackHost(url.hostname) || isExempt(url, settings.noProxy)) return undefined;
  const { httpProxy, httpsProxy } = settings;
  const chosen = url.protocol === 'https:' ? httpsProxy || httpProxy : httpProxy;
  return chosen === '' ? undefined : new URL(chosen);
}

/** Names stand for themselves and all below them, `*` alone for everything; a port narrows it. */
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  if (noProxy === '*') return true;
  const own = hostname.toLowerCase();
  const ownPort = Number(port || (protocol === 'https:' ? 443 : 80));
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, name = entry, wanted] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const bare = name.toLowerCase().replace(/^\*?\./, '');
    if (bare === '' || (wanted !== undefined && Number(wanted) !== ownPort)) return false;
    return own === bare || own.endsWith(`.${bare}`);
  });
}

function proxyUrl(value: string | undefined, name: string): string {
  const text = value?.trim() ?? '';
  if (text === '') return '';
  const whole = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(whole) && /^https?:$/.test(new URL(whole).protocol)) return whole;
  throw new ConfigError('proxy', `${name} is not the URL of an http or https proxy`, {
    hint: `write ${name} like http://proxy.example:8080`,
  });
}
