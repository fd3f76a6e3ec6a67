import { setImmediate } from 'node:timers/promises';
import type { Env, Fetch } from '../deps.ts';
import { CancelledError, ConfigError, ProtocolError } from '../errors.ts';
import { isLoopbackHost } from '../url.ts';
import { type Dispatchers, openDispatchers, type TlsOptions } from './dispatcher.ts';
import { bodyFailure, endedUnanswered, requestFailure } from './failure.ts';
import { type Reach, type ReachOptions, reachOf } from './reach.ts';
import { relay } from './relay.ts';
import { trustedCertificates } from './trust.ts';

export type HttpOptions = ReachOptions & {
  /** undici's own `fetch`: the dispatchers are undici's, and Node's built-in one is of another version. */
  fetch: Fetch;
  /** Where the person wrote the server's URL, for hints. */
  setting?: string | undefined;
  /** PEM files whose certificates are trusted besides the usual ones. */
  caFiles?: readonly (string | undefined)[];
  /** Read when the first request is made. */
  tls?: () => Promise<TlsOptions>;
  /** Milliseconds until the response headers; a body may take as long as it likes. */
  timeout: number | undefined;
  env: Env;
};

export type Http = {
  fetch: Fetch;
  /** For a URL that something else will fetch, the person's browser: rejects as `fetch` would for its scheme and host. */
  mayVisit(url: string): Promise<void>;
  /** Ends every connection; requests under way reject with CancelledError. */
  close(): Promise<void>;
};

type Init = Parameters<Fetch>[1];

/**
 * The one layer under every hop of one MCP server: its own requests, its metadata, its authorization server. Follows
 * no redirect by itself. Throws ConfigError at once if the server's own URL may not be used; `fetch` rejects with
 * ProtocolError (`insecure_url`, `private_address`, `not_http`), NetworkError, ConfigError (CA file, proxy) or
 * CancelledError, none of which shows more of a URL than its origin.
 */
export function openHttp(options: HttpOptions): Http {
  const server = insecurity(new URL(options.serverUrl), options.allowHttp);
  if (server)
    throw new ConfigError('insecure_url', `the server's URL ${server.reason}`, { hint: server.hint });

  const own = new URL(options.serverUrl).origin;
  const reach = reachOf(options);
  const answered = new Set<string>();
  let opening: Promise<Dispatchers> | undefined;
  let closed = false;

  async function send(url: string, init: Init = {}): Promise<Response> {
    if (closed) throw new CancelledError();
    const target = parse(url, options.allowHttp);
    opening ??= open(options, reach);
    const dispatchers = await opening;
    await reach.checkHost(target);
    if (closed) throw new CancelledError();
    const known = answered.has(target.origin);
    // undici takes a connection back a turn of the loop after its last answer; asking sooner opens another one.
    if (known) await setImmediate();
    const retry = known && (init.method ?? 'GET').toUpperCase() === 'GET';
    const response = await exchange(dispatchers, target, init, retry);
    answered.add(target.origin);
    return response;
  }

  async function exchange(dispatchers: Dispatchers, url: URL, init: Init, retry: boolean): Promise<Response> {
    // Ours, so that nothing of this request is left on a signal that lives as long as the program.
    const abort = new AbortController();
    const signal = init?.signal;
    const onAbort = () => abort.abort(signal?.reason);
    const done = () => signal?.removeEventListener('abort', onAbort);
    const setting = url.origin === own ? options.setting : undefined;
    const translate = (told: typeof requestFailure) => (error: unknown) =>
      closed ? new CancelledError() : told(error, url.origin, signal, setting);
    if (signal?.aborted) throw translate(requestFailure)(signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const dispatcher = dispatchers.of(url);
    const request = { ...init, redirect: 'manual' as const, signal: abort.signal, dispatcher };
    try {
      return relay(await options.fetch(url.href, request), done, translate(bodyFailure));
    } catch (error) {
      done();
      // The server may have closed an idle connection in the moment we chose it; GET can be asked again.
      if (retry && !closed && !signal?.aborted && endedUnanswered(error)) {
        return exchange(dispatchers, url, init, false);
      }
      throw translate(requestFailure)(error);
    }
  }

  return {
    fetch: (url, init) => send(String(url), init),
    mayVisit: async (url) => reach.checkHost(parse(url, options.allowHttp)),
    async close() {
      closed = true;
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

async function open(options: HttpOptions, reach: Reach): Promise<Dispatchers> {
  const { caFiles = [], env, timeout = 30_000 } = options;
  const [ca, tls] = await Promise.all([trustedCertificates(caFiles, env), options.tls?.()]);
  return openDispatchers({ reach, ca, timeout, env, ...(tls && { tls }) });
}

function parse(text: string, allowHttp: boolean): URL {
  if (!URL.canParse(text))
    throw new ProtocolError('invalid_url', 'the server named something that is no URL', {
      hint: 'tell the operator of the server',
    });
  const url = new URL(text);
  const found = insecurity(url, allowHttp);
  if (!found) return url;
  const where = url.host === '' ? 'a URL that the server named' : `a URL at ${url.host}`;
  throw new ProtocolError('insecure_url', `${where} ${found.reason}`, {
    hint: found.hint ?? 'tell the operator of the server',
  });
}

function insecurity(url: URL, allowHttp: boolean): { reason: string; hint: string | undefined } | undefined {
  if (url.username !== '' || url.password !== '') {
    return { reason: 'has a user name or password in it', hint: 'put credentials in "headers" or "oauth"' };
  }
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return { reason: 'is not an https URL', hint: undefined };
  if (allowHttp || isLoopbackHost(url.hostname)) return undefined;
  return {
    reason: 'uses http, which anybody on the way can read and change',
    hint: 'use https, or set "allow_http": true if you trust the network in between',
  };
}
