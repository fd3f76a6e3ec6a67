// Which proxy the environment names, and for whom.
import { BlockList, isIP } from 'node:net';
import type { Env } from '../deps.ts';
import { ConfigError } from '../errors.ts';
import { bareHost, isLoopbackHost } from '../url.ts';

/** `url` may hold a user and a password; `shown` holds neither. `setting` is the variable that names it. */
export type ProxyServer = { url: URL; shown: string; setting: string };

/**
 * The proxy that requests for `url` go through: for https `HTTPS_PROXY`, else `HTTP_PROXY`; none for this machine, nor
 * for what `NO_PROXY` names. Lower case wins, as with other programs. Throws ConfigError `proxy`.
 */
export function proxyOf(url: URL, env: Env): ProxyServer | undefined {
  const http = proxyIn(env, 'http_proxy');
  const https = proxyIn(env, 'https_proxy');
  const chosen = url.protocol === 'https:' ? (https ?? http) : http;
  if (!chosen || isLoopbackHost(url.hostname)) return undefined;
  return isExempt(url, env.no_proxy || env.NO_PROXY || '') ? undefined : chosen;
}

/** Whether any request could go through one. */
export function namesProxies(env: Env): boolean {
  return ['http_proxy', 'https_proxy'].some((name) => env[name] || env[name.toUpperCase()]);
}

/** Names stand for themselves and all below them, blocks such as `10.0.0.0/8` for their addresses; a port narrows it. */
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const own = bareHost(hostname.toLowerCase());
  const ownPort = Number(port || (protocol === 'https:' ? 443 : 80));
  return noProxy.split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true;
    const { name, wanted } = parts(entry.toLowerCase());
    if (name === '' || (wanted !== undefined && wanted !== ownPort)) return false;
    if (isIP(own) !== 0) return isWithin(own, name);
    return own === name || own.endsWith(`.${name}`);
  });
}

/** `[::1]:8080`, `.example.com:443`, `::1`. */
function parts(entry: string): { name: string; wanted: number | undefined } {
  const [, host = entry, port] = (isIP(entry) === 6 ? undefined : /^(.+):(\d+)$/.exec(entry)) ?? [];
  return {
    name: bareHost(host).replace(/^\*?\./, ''),
    wanted: port === undefined ? undefined : Number(port),
  };
}

function isWithin(address: string, block: string): boolean {
  const [first = '', bits] = block.split('/');
  const [family, own] = [isIP(first), isIP(address)];
  if (family === 0 || family !== own) return false;
  const width = family === 4 ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (!Number.isInteger(length) || length < 0 || length > width) return false;
  const list = new BlockList();
  list.addSubnet(first, length, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function proxyIn(env: Env, lower: string): ProxyServer | undefined {
  const setting = env[lower] ? lower : lower.toUpperCase();
  const text = env[setting]?.trim() ?? '';
  if (text === '') return undefined;
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url && /^https?:$/.test(url.protocol) && isDecodable(url.username) && isDecodable(url.password))
    return { url, shown: `${url.protocol}//${url.host}`, setting };
  throw new ConfigError('proxy', `${setting} is not the URL of an http or https proxy`, {
    hint: `write ${setting} like http://proxy.example:8080, or http://user:password@proxy.example:8080`,
  });
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** The `Proxy-Authorization` for it (RFC 7617); undefined: it has nobody's name in it. */
export function proxyCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
