// The network under a provider's SDK: our own layer (proxies, authorities, no redirects), our own headers, and time limits.
import type { Env, Fetch } from '../deps.ts';
import { CliError, NetworkError } from '../errors.ts';
import { Headers } from '../headers.ts';
import { answer } from '../response.ts';
import type { ClientFiles } from '../session/client-certificate.ts';
import { openHttp } from '../session/http.ts';
import type { CaFile } from '../session/trust.ts';
import { notAModel } from './refusal.ts';

export type NetworkOptions = {
  fetch: Fetch;
  env: Env;
  /** Where the API begins. Nothing is sent to another origin. */
  baseUrl: string;
  /** How the key goes along; none: nothing goes. */
  key: { header: string; value: string } | undefined;
  caFiles: readonly CaFile[];
  /** Shown to the service if it asks for one. */
  certificate: ClientFiles | undefined;
  /** Milliseconds until an answer begins, and between two pieces of it. */
  timeout: number | undefined;
};

export type Network = {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** What failed last, in our own words: an SDK wraps it, or loses it. */
  failure(): Error | undefined;
  close(): Promise<void>;
};

/** A model that is loaded first can take this long. */
const PATIENCE = 180_000;
/** Characters of JSON and events in one answer. */
const LARGEST = 32 * 1024 * 1024;
/**
 * What goes out of the headers that an SDK makes: the others tell of this machine, or come from variables that nobody
 * wrote down for this program. The key is put on here and nowhere else; the SDK never sees it.
 */
const HEADERS = ['accept', 'content-type', 'anthropic-version'];

/** Throws ConfigError `insecure_url` for http beyond this machine. */
export function openNetwork(options: NetworkOptions): Network {
  const { key, timeout = PATIENCE } = options;
  const { origin } = new URL(options.baseUrl);
  const http = openHttp({
    fetch: options.fetch,
    serverUrl: options.baseUrl,
    setting: '--api-base',
    allowHttp: false,
    allowPrivateNetwork: false,
    hop: 'the model service',
    caFiles: options.caFiles,
    clientCertificate: options.certificate && { ...options.certificate, origins: new Set([origin]) },
    timeout,
    env: options.env,
  });
  let failed: Error | undefined;
  const remember = (error: unknown): Error => {
    failed = error instanceof Error ? error : new Error('failed');
    return failed;
  };
  return {
    failure: () => failed,
    close: http.close,
    async fetch(input, init = {}) {
      failed = undefined;
      const url = typeof input === 'object' && 'url' in input ? input.url : String(input);
      try {
        if (new URL(url).origin !== origin) throw notAModel(origin, 'another host');
        const given = new Headers(init.headers);
        const headers = Object.fromEntries(HEADERS.flatMap((name) => pair(name, given.get(name))));
        if (key) headers[key.header] = key.value;
        headers['user-agent'] = 'mcp-cli';
        const { method = 'GET', body = null, signal = null } = init;
        const response = await http.fetch(url, { method, body, signal, headers });
        const type = response.headers.get('content-type') ?? '';
        if (response.ok && method.toUpperCase() === 'POST' && !type.includes('text/event-stream')) {
          await response.body?.cancel();
          throw notAModel(origin, 'no stream of events');
        }
        return watched(response, timeout, origin, remember);
      } catch (error) {
        throw remember(error);
      }
    },
  };
}

function pair(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

/** Breaks an answer that falls silent, or never ends. */
function watched(
  response: Response,
  timeout: number,
  origin: string,
  remember: (error: unknown) => Error,
): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  let size = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let timer: NodeJS.Timeout | undefined;
        const silence = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(silent(origin)), timeout);
        });
        try {
          const piece = await Promise.race([reader.read(), silence]);
          if (piece.done) return controller.close();
          size += piece.value.byteLength;
          if (size > LARGEST) throw notAModel(origin, 'it never ends');
          controller.enqueue(piece.value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          controller.error(remember(ending(error, origin)));
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return answer(body, response);
}

function ending(error: unknown, origin: string): CliError {
  const lost = !(error instanceof CliError) || (error instanceof NetworkError && error.code !== 'timeout');
  return lost ? broken(origin, error) : error;
}

function silent(origin: string): NetworkError {
  return new NetworkError('timeout', `${origin} fell silent in the middle of its answer`, {
    hint: 'a larger --timeout waits longer',
  });
}

/** An answer that ended before it was said to. */
export function broken(origin: string, cause?: unknown): NetworkError {
  return new NetworkError('broken_stream', `${origin} broke off in the middle of its answer`, {
    hint: 'what came so far is kept; ask again',
    cause,
  });
}
