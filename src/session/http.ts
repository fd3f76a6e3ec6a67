import { setImmediate } from 'node:timers/promises';
import type { Fetch } from '../deps.ts';
import { CancelledError } from '../errors.ts';
import type { Asked } from './asked.ts';
import { bodyFailure, endedUnanswered, requestFailure, signerUnknown } from './failure.ts';
import { parse, requireSecure } from './insecure.ts';
import { type ReachOptions, reachOf } from './reach.ts';
import { relay } from './relay.ts';
import { type Open, openWay, type Way, type WayOptions } from './way.ts';

export type HttpOptions = ReachOptions &
  WayOptions & {
    /** Goes by the dispatcher of each request (src/fetch.ts). */
    fetch: Fetch;
    /** What the server is called in messages: `the MCP server`. */
    hop?: string;
    /** Where the person wrote the server's URL, for hints. */
    setting?: string | undefined;
    /** Milliseconds until the response headers; a body may take as long as it likes. */
    timeout: number | undefined;
    /** Told of each hop once, when it is first taken. */
    took?: ((way: Way) => void) | undefined;
  };

export type Http = {
  fetch: Fetch;
  /** For a URL that something else will fetch, the person's browser: rejects as `fetch` would for its scheme and host. */
  mayVisit(url: string): Promise<void>;
  /** Connects to the server while there is nothing to ask it yet. What comes of it the first request tells. */
  begin(): void;
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
  requireSecure(options);
  const own = new URL(options.serverUrl).origin;
  const reach = reachOf(options);
  const answered = new Set<string>();
  const note = noteOf(options);
  let opening: Promise<Open> | undefined;
  const opened: Promise<Open>[] = [];
  let closed = false;

  function keep(next: Promise<Open>): Promise<Open> {
    opened.push(next);
    return next;
  }

  function ready(): Promise<Open> {
    opening ??= keep(openWay(options, reach, options.timeout ?? 30_000));
    return opening;
  }

  async function send(url: string, init: Init = {}): Promise<Response> {
    if (closed) throw new CancelledError();
    const target = parse(url, options.allowHttp);
    await ready();
    await reach.checkHost(target);
    if (closed) throw new CancelledError();
    const known = answered.has(target.origin);
    // A connection is taken back a turn of the loop after its last answer; asking sooner opens another one.
    if (known) await setImmediate();
    const retry = known && (init.method ?? 'GET').toUpperCase() === 'GET';
    const response = await exchange(await ready(), target, init, retry);
    answered.add(target.origin);
    return response;
  }

  async function connect(): Promise<void> {
    const url = new URL(options.serverUrl);
    const { dispatchers } = await ready();
    await reach.checkHost(url);
    if (!closed) dispatchers.of(url).dispatcher.begin?.(url.origin);
  }

  async function exchange(open: Open, url: URL, init: Init, retry: boolean): Promise<Response> {
    const { hop = options.hop, signal, ...given } = init ?? {};
    // Ours, so that nothing of this request is left on a signal that lives as long as the program.
    const abort = new AbortController();
    const onAbort = () => abort.abort(signal?.reason);
    const done = () => signal?.removeEventListener('abort', onAbort);
    const { dispatcher, path } = open.dispatchers.of(url);
    const asked: Asked = {
      origin: url.origin,
      hop,
      ...path,
      setting: url.origin === own ? options.setting : undefined,
      withheld: path.clientCertificate === undefined ? options.clientCertificate?.allow : undefined,
    };
    note(asked, open);
    const translate = (told: typeof requestFailure) => (error: unknown) =>
      closed ? new CancelledError() : told(error, asked, signal);
    if (signal?.aborted) throw translate(requestFailure)(signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const request = { ...given, redirect: 'manual' as const, signal: abort.signal, dispatcher };
    try {
      return relay(await options.fetch(url.href, request), done, translate(bodyFailure));
    } catch (error) {
      done();
      const over = closed || signal?.aborted;
      // The server may have closed an idle connection in the moment we chose it; GET can be asked again.
      if (retry && !over && endedUnanswered(error)) return exchange(open, url, init, false);
      const wider = !over && signerUnknown(error) && (await widened(open));
      // Nothing was sent yet, whatever the method.
      if (wider && !closed) return exchange(wider, url, init, retry);
      throw translate(requestFailure)(error);
    }
  }

  /** One for all requests that find out at the same time. */
  async function widened(open: Open): Promise<Open | undefined> {
    if ((await opening) !== open) return opening;
    const before = opening;
    const next = await open.wider();
    if (!next) return undefined;
    if (opening !== before) {
      await next.dispatchers.close();
      return opening;
    }
    opening = keep(Promise.resolve(next));
    return next;
  }

  return {
    fetch: (url, init) => send(String(url), init),
    begin: () => void connect().catch(() => undefined),
    mayVisit: async (url) => reach.checkHost(parse(url, options.allowHttp)),
    async close() {
      closed = true;
      for (const each of opened) await (await each.catch(() => undefined))?.dispatchers.close();
    },
  };
}

function noteOf({ took }: HttpOptions): (asked: Asked, open: Open) => void {
  const ways = new Map<string, Way>();
  return ({ origin, hop = 'the server', proxy, clientCertificate }, { authorities }) => {
    if (!took) return;
    const known = ways.get(`${hop} ${origin}`);
    const secure = origin.startsWith('https:') ? authorities : [];
    if (known) {
      known.authorities = secure;
      return;
    }
    const way: Way = {
      hop,
      origin,
      ...(proxy && { proxy: `${proxy.shown} (${proxy.setting})` }),
      authorities: secure,
      ...(clientCertificate !== undefined && { clientCertificate }),
    };
    ways.set(`${hop} ${origin}`, way);
    took(way);
  };
}
